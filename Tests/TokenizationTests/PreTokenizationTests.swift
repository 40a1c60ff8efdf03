import Foundation
import Testing
import Tokenization

/// The hand-written scanners against the same patterns run by the general engine.
struct PreTokenizationTests {
  static let samples = [
    "Hello world, it's  3.14159!!\n\n  we'VE   ", "naïve café ÀÉÎ ẞ ﬁ Ⅷ½ ２０２４ 12345",
    "a\r\n\r\n b\t\tc \u{A0}\u{2003}d",
    "'ſ 'S 'lL x'd'", "ABCあDEF ǅungla HTTPServer's /path//\n", "नमस्ते ไทย \u{301}abc \u{301}ABC _x -Y", "   ", "\n", "'",
    " '",
    "don't/\r\n x", "😀👩‍👩‍👧‍👦🇨🇳 !?\n", "\u{0}\u{7F}\u{200B}\u{2028}z", "ʰABC ªb ﬀ ⁿ²",
  ]

  @Test func `scanners cut as their patterns do`() throws {
    for pattern in Tokenizer.knownPatterns {
      for sample in Self.samples {
        for text in [sample, sample + sample, "x" + sample, sample + "y"] {
          let scanned = try Tokenizer.words(of: text, pattern: pattern)
          // The same pattern, spelled so that it is not recognised.
          let matched = try Tokenizer.words(of: text, pattern: "(?:\(pattern))")
          #expect(scanned == matched, "\(pattern)\n\(text.debugDescription)")
        }
      }
    }
  }

  @Test(.enabled(if: Shared.exists, "needs ../shared"))
  func `OpenAI's preparation of text for GPT-1`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("data/vocab/gpt1")).preparingTextAsOpenAI()
    func pieces(_ text: String) -> [String] { tokenizer.encode(text).compactMap { tokenizer.piece(of: $0) } }
    #expect(pieces("Don't stop.") == ["do</w>", "n't</w>", "stop</w>", ".</w>"])
    #expect(
      pieces("it's (well) \"so\"…") == [
        "it</w>", "'s</w>", "(</w>", "well</w>", ")</w>", "\"</w>", "so</w>", "\"</w>", "...</w>",
      ])
    #expect(pieces("a\n\nb") == ["a</w>", "\n</w>", "b</w>"])
    #expect(pieces("naïve café").joined().contains("é"))
  }
}
