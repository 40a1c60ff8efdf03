import Tensors
import Testing
import TextGeneration

@Suite struct BannedStringsTests {
  @Test func tellsWhatWouldCompleteABannedString() {
    var banned = BannedStrings(["delve", "l i"])
    banned.append(Array("let us del".utf8))
    #expect(banned.wouldComplete(Array("ve in".utf8)))
    #expect(!banned.wouldComplete(Array("iver".utf8)))
    #expect(banned.wouldComplete(Array(" iver".utf8)))
    #expect(!banned.wouldComplete(Array("VE".utf8)))
    #expect(!banned.wouldComplete([]))
    // Inside one token.
    #expect(banned.wouldComplete(Array("x delve".utf8)))
    // Asking remembers nothing.
    banned.append(Array("v".utf8))
    #expect(banned.wouldComplete(Array("e".utf8)))
    #expect(!BannedStrings([""]).wouldComplete(Array("e".utf8)))
    #expect(BannedStrings([""]).isEmpty && !banned.isEmpty)
  }

  @Test func partsOfACharacterCount() {
    var banned = BannedStrings(["é"])
    banned.append([0xC3])
    #expect(banned.wouldComplete([0xA9]))
    #expect(!banned.wouldComplete([0xA8]))
  }

  @Test func agreesWithSearchingTheText() {
    var random = RandomSource(seed: 12)
    func text(_ longest: UInt64) -> [UInt8] {
      (0..<random.next() % (longest + 1)).map { _ in 97 + UInt8(random.next() % 2) }
    }
    for _ in 0..<200 {
      let strings = (0..<4).map { _ in text(5) }
      var banned = BannedStrings(strings.map { String(decoding: $0, as: UTF8.self) })
      var written: [UInt8] = []
      for _ in 0..<20 {
        let token = text(4)
        let longer = written + token
        let completes = token.indices.contains { index in
          let end = written.count + index + 1
          return strings.contains { !$0.isEmpty && longer[..<end].suffix($0.count).elementsEqual($0) }
        }
        #expect(banned.wouldComplete(token) == completes)
        if !completes {
          banned.append(token)
          written = longer
        }
      }
    }
  }

  /// A long text that almost is the banned one is not gone through again for each token.
  @Test func askingCostsNoMoreAfterALongBeginning() {
    let length = 200_000
    var banned = BannedStrings([String(repeating: "a", count: length) + "b"])
    banned.append([UInt8](repeating: 97, count: length))
    // To go back through the beginning each time would take minutes.
    for byte in UInt8.min...255 where ![97, 98].contains(byte) {
      for _ in 0..<40 { #expect(!banned.wouldComplete([byte, 98])) }
    }
    #expect(banned.wouldComplete([98]))
  }
}
