import Testing
import Tokenization

@Suite(.enabled(if: Shared.exists, "needs ../shared"))
struct StreamDecoderTests {
  @Test(arguments: [
    ("gpt1", "golden-tokenizers/tokenizers/gpt1.json"), ("gpt2", "data/vocab/gpt2"),
    ("llama2", "data/vocab/llama2-tokenizer.model"), ("llama3", "golden-tokenizers/tokenizers/llama3.json"),
  ])
  func `the pieces are the whole text and none ends inside a character`(name: String, path: String) throws {
    let tokenizer = try Tokenizer.load(from: Shared.path(path))
    for golden in try Shared.golden(name) {
      var decoder = tokenizer.streamDecoder()
      var text = ""
      for id in golden.ids {
        let piece = decoder.append(id)
        #expect(!piece.unicodeScalars.contains("\u{FFFD}") || golden.text.unicodeScalars.contains("\u{FFFD}"))
        text += piece
      }
      text += decoder.finish()
      #expect(text.utf8.elementsEqual(golden.decoded.utf8))
    }
  }

  @Test func `an unfinished character is held back, and replaced at the end`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("data/vocab/gpt2"))
    var decoder = tokenizer.streamDecoder()
    #expect(decoder.append(8582) == "")
    #expect(decoder.append(25081) == "🙂")
    #expect(decoder.append(8582) == "")
    #expect(decoder.finish() == "\u{FFFD}")
  }

  @Test func `SentencePiece's first space goes only at the start`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("data/vocab/llama2-tokenizer.model"))
    var decoder = tokenizer.streamDecoder()
    #expect(decoder.append(15043) == "Hello")
    #expect(decoder.append(15043) == " Hello")
  }

  @Test func `SentencePiece shows every byte that is no text`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("data/vocab/llama2-tokenizer.model"))
    func byte(_ value: Int) -> Int { value + 3 }
    #expect(try tokenizer.decode([263, byte(0xE2), byte(0x82), 29874]) == "a\u{FFFD}\u{FFFD}a")
    #expect(try tokenizer.decode([263, byte(0xE2), 29874, byte(0xF0), byte(0x9F)]) == "a\u{FFFD}a\u{FFFD}\u{FFFD}")
  }

  @Test func `control tokens are text unless asked for`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("golden-tokenizers/tokenizers/llama3.json"))
    let text = "a<|eot_id|>b"
    #expect(!tokenizer.encode(text).contains(128_009))
    #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(tokenizer.encode(text, parsesSpecialTokens: true) == [64, 128_009, 65])
    #expect(try tokenizer.decode([64, 128_009, 65], skipsSpecialTokens: true) == "ab")
    #expect(throws: TokenizerError.self) { try tokenizer.decode([128_256]) }
    #expect(throws: TokenizerError.self) { try tokenizer.decode([-1]) }
  }
}
