import Tensors
import Testing
import TextGeneration

/// Feeds `text` in pieces of random length and returns all that came out.
private func run(_ stops: [String], on text: [UInt8], random: inout RandomSource) -> (text: [UInt8], match: String?) {
  var search = StopStrings(stops)
  var (output, position) = ([UInt8](), 0)
  while position < text.count {
    let end = min(text.count, position + 1 + Int(random.next() % 4))
    output += search.append(bytes: Array(text[position..<end]))
    position = end
  }
  return (output + search.finishBytes(), search.match)
}

/// The same by trying every end: the first to end wins, of those the longest.
private func naive(_ stops: [String], on text: [UInt8]) -> (text: [UInt8], match: String?) {
  let stops = stops.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
  for end in 0...text.count {
    if let stop = stops.first(where: { text[..<end].suffix($0.utf8.count).elementsEqual($0.utf8) }) {
      return (Array(text[..<(end - stop.utf8.count)]), stop)
    }
  }
  return (text, nil)
}

@Suite struct StopStringsTests {
  @Test func holdsBackOnlyWhatMayBecomeAStopString() {
    var stops = StopStrings(["\nUser:", "END"])
    #expect(stops.append("fine\nUs") == "fine")
    #expect(stops.append("e it\nUser: ") == "\nUse it")
    #expect(stops.match == "\nUser:")
    #expect(stops.append("more") == "")
    #expect(stops.finish() == "")
  }

  @Test func whatWasHeldBackComesAtTheEnd() {
    var stops = StopStrings(["abc"])
    #expect(stops.append("xab") == "x")
    #expect(stops.finish() == "ab")
    #expect(stops.match == nil)
  }

  @Test func overlappingStopStrings() {
    var stops = StopStrings(["abcd", "bc"])
    #expect(stops.append("xab") == "x")
    #expect(stops.append("c") == "a")
    #expect(stops.match == "bc")
    // Of two that end together, the longest.
    stops = StopStrings(["b", "ab"])
    #expect(stops.append("xab") == "x")
    #expect(stops.match == "ab")
    // A prefix of itself again: "aab" in "aaab".
    stops = StopStrings(["aab"])
    #expect(stops.append("aaab") == "a")
    #expect(stops.match == "aab")
  }

  @Test func charactersAreNeverSplit() {
    // ä is C3 A4, ö is C3 B6: the first byte alone could begin the stop string.
    var stops = StopStrings(["ö"])
    #expect(stops.append("ä") == "ä")
    #expect(stops.append("aö") == "a")
    #expect(stops.match == "ö")
  }

  @Test func emptyStringsAreNeverFound() {
    var stops = StopStrings(["", ""])
    #expect(stops.append("text") == "text")
    #expect(stops.match == nil)
  }

  @Test func agreesWithNaiveSearchHoweverTheTextIsSplit() {
    var random = RandomSource(seed: 17)
    func word(_ length: Int, _ alphabet: String) -> String {
      let letters = Array(alphabet)
      return String((0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
    }
    var matches = 0
    for round in 0..<4_000 {
      let alphabet = round % 2 == 0 ? "ab" : "aäö😀"
      let stops = (0..<(1 + Int(random.next() % 4))).map { _ in word(1 + Int(random.next() % 6), alphabet) }
      let text = Array(word(Int(random.next() % 30), alphabet).utf8)
      let (expected, found) = (naive(stops, on: text), run(stops, on: text, random: &random))
      #expect(found.text == expected.text && found.match == expected.match, "\(stops) in \(text)")
      matches += found.match == nil ? 0 : 1
    }
    #expect(matches > 1_000 && matches < 3_900)
  }

  @Test func manyStringsCostNoMoreThanFew() {
    var stops = StopStrings((0..<20_000).map { "stop\($0)!" })
    var output = ""
    for _ in 0..<2_000 { output += stops.append("stop12 and stop3") }
    #expect((output + stops.finish()).utf8.count == 32_000)
  }
}
