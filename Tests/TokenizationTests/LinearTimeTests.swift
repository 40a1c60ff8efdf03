import Testing
import Tokenization

/// A megabyte of anything is encoded in about a second at most; what is quadratic takes hours.
@Suite(.enabled(if: Shared.exists, "needs ../shared"))
struct LinearTimeTests {
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "golden-tokenizers/tokenizers/gpt2.json", "golden-tokenizers/tokenizers/llama3.json",
      "data/vocab/llama2-tokenizer.model", "golden-tokenizers/tokenizers/gpt1.json",
    ])
  func `a megabyte of one letter, of spaces, of digits or of all takes little time`(path: String) throws {
    let tokenizer = try Tokenizer.load(from: Shared.path(path))
    let megabyte = 1 << 20
    let texts = [
      "letter": String(repeating: "a", count: megabyte),
      "spaces": String(repeating: " ", count: megabyte),
      "digits": String(repeating: "7", count: megabyte),
      "line breaks": String(repeating: "\n", count: megabyte),
      "signs": String(repeating: "!", count: megabyte),
      "ideographs": String(repeating: "模", count: megabyte / 3),
      "letters": String((0..<megabyte).map { Character(Unicode.Scalar(UInt8(97 + ($0 &* 7919 >> 3) % 26))) }),
      "apostrophes": String(repeating: "'", count: megabyte),
    ]
    for (name, text) in texts {
      let clock = ContinuousClock()
      var ids: [Int] = []
      let time = clock.measure { ids = tokenizer.encode(text) }
      #expect(time < .seconds(4), "\(name) took \(time)")
      if !path.hasSuffix("gpt1.json") {
        #expect(try tokenizer.decode(ids) == text, "\(name)")
      }
    }
  }
}
