import Testing
import Tokenization

/// The reference tokenizers' ids and texts, in every form that the vocabularies come in.
@Suite(.enabled(if: Shared.exists, "needs ../shared"))
struct GoldenTests {
  @Test(arguments: [
    ("gpt1", "golden-tokenizers/tokenizers/gpt1.json"),
    ("gpt1", "data/vocab/gpt1"),
    ("gpt2", "golden-tokenizers/tokenizers/gpt2.json"),
    ("gpt2", "data/vocab/gpt2"),
    ("llama2", "data/vocab/llama2-tokenizer.model"),
    ("llama3", "golden-tokenizers/tokenizers/llama3.json"),
  ])
  func `ids and decoded texts are the reference's`(name: String, path: String) throws {
    let tokenizer = try Tokenizer.load(from: Shared.path(path))
    let cases = try Shared.golden(name)
    #expect(cases.count == 267)
    for golden in cases {
      let ids = tokenizer.encode(golden.text)
      #expect(ids == golden.ids, "\(golden.text.debugDescription)")
      let decoded = try tokenizer.decode(golden.ids)
      #expect(decoded.utf8.elementsEqual(golden.decoded.utf8), "\(golden.text.debugDescription)")
    }
  }
}
