import Foundation
import Testing
import Tokenization

/// Broken and hostile files: each is an error that names the file, the place and what to do, never a trap.
struct HostileTokenizerTests {
  static let vocabulary = #""vocab":{"a":0,"b":1,"ab":2}"#
  static func json(
    vocab: String = vocabulary, merges: String = #"["a b"]"#, model: String = "", rest: String = ""
  ) -> String {
    #"{"model":{"type":"BPE",\#(vocab),"merges":\#(merges)\#(model)}\#(rest)}"#
  }
  static let deep =
    String(repeating: #"{"type":"Sequence","normalizers":["#, count: 40)
    + String(repeating: "]}", count: 40)

  static let broken: [(String, String)] = [
    ("", ""), ("{", ""), ("[]", ""), ("{}", "model"), (#"{"model":{}}"#, "model"),
    (json(vocab: #""vocab":{}"#), "vocab"),
    (json(vocab: #""vocab":{"a":-1}"#), "vocab"),
    (json(vocab: #""vocab":{"a":0,"b":0}"#), "vocab"),
    (json(vocab: #""vocab":{"a":0,"a":1}"#), "vocab"),
    (json(vocab: #""vocab":{"a":4000000000}"#), "vocab"),
    (json(vocab: #""vocab":{"a":1e30}"#), "vocab"),
    (json(vocab: #""vocab":{"a":"x"}"#), "vocab"),
    (json(vocab: #""vocab":[["a",-1.5]]"#), "vocab"),
    (json(merges: #"["a"]"#), "merges[0]"), (json(merges: #"["a c"]"#), "merges[0]"),
    (json(merges: #"["a b","b a"]"#), "merges[1]"), (json(merges: #"[["a"]]"#), "merges"),
    (json(merges: #"[["a","b","c"]]"#), "merges"), (json(merges: #"[3]"#), "merges"), (json(merges: "7"), "merges"),
    (json(model: #","unk_token":"<unk>""#), "unk_token"), (json(model: #","dropout":0.5"#), "dropout"),
    (#"{"model":{"type":"WordPiece","vocab":{"a":0}}}"#, "model.type"),
    (#"{"model":{"type":"Unigram","vocab":[]}}"#, "model.vocab"),
    (json(rest: #","added_tokens":[{"id":3,"content":""}]"#), "added_tokens[0]"),
    (json(rest: #","added_tokens":[{"id":-3,"content":"x"}]"#), "added_tokens[0]"),
    (json(rest: #","added_tokens":[{"id":99999999,"content":"x"}]"#), "added_tokens[0]"),
    (json(rest: #","added_tokens":[{"id":0,"content":"x"}]"#), "added_tokens[0]"),
    (json(rest: #","added_tokens":7"#), "added_tokens"),
    (json(rest: #","normalizer":{"type":"Precompiled"}"#), "normalizer"),
    (json(rest: #","normalizer":{"type":"Nothing"}"#), "normalizer"),
    (json(rest: #","normalizer":{}"#), "normalizer"),
    (json(rest: #","normalizer":\#(deep)"#), "normalizer"),
    (json(rest: #","pre_tokenizer":{"type":"Split"}"#), "pattern"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"[a"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a)\\1"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?<=a)b"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"a{1000000000}"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"((a{999}){999}){999}"}}"#), "Regex"),
    (json(rest: #","pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"}"#), "behavior"),
    (json(rest: #","decoder":{"type":"Strip","content":"ab","start":-1,"stop":0}"#), "decoder"),
    (json(rest: #","decoder":{"type":"CTC"}"#), "decoder"),
    (json(rest: #","post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}]}"#), "post"),
  ]

  @Test(arguments: broken)
  func `a broken tokenizer.json`(text: String, place: String) throws {
    let folder = try TemporaryFolder(["tokenizer.json": Array(text.utf8)])
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(from: folder.path + "/tokenizer.json") }
    #expect(error?.file?.hasSuffix("tokenizer.json") == true)
    #expect(place.isEmpty || error?.field?.contains(place) == true, "\(String(describing: error))")
  }

  @Test func `a file cut anywhere`() throws {
    let whole = Array(Self.json(rest: #","added_tokens":[],"decoder":{"type":"Fuse"}"#).utf8)
    for length in 1..<whole.count {
      let folder = try TemporaryFolder(["tokenizer.json": Array(whole[..<length])])
      #expect(throws: TokenizerError.self) { try Tokenizer.load(from: folder.path) }
    }
  }

  static let brokenModels: [[UInt8]] = [
    [], [0x0A], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    [0x0A, 0x80], [0x0A, 0x7F, 0x0A], [0x0F], [0x0D, 0x00], [0x0A, 0x02, 0x0A, 0x00],
    // A piece with the score NaN, and one of a type that does not exist.
    [0x0A, 0x08, 0x0A, 0x01, 0x61, 0x15, 0x00, 0x00, 0xC0, 0x7F, 0x12, 0x02, 0x18, 0x02],
    [0x0A, 0x05, 0x0A, 0x01, 0x61, 0x18, 0x63],
    // A unigram model, and one with character replacements.
    [0x0A, 0x03, 0x0A, 0x01, 0x61, 0x12, 0x02, 0x18, 0x01],
    [0x0A, 0x03, 0x0A, 0x01, 0x61, 0x12, 0x02, 0x18, 0x02, 0x1A, 0x03, 0x12, 0x01, 0x00],
  ]

  @Test(arguments: brokenModels)
  func `a broken tokenizer.model`(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder(["tokenizer.model": bytes])
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(from: folder.path) }
    #expect(error?.file?.hasSuffix("tokenizer.model") == true)
  }

  @Test func `pieces of 100 KB and pieces with NUL are pieces like others`() throws {
    var vocabulary = EmbeddedVocabulary(model: "llama")
    vocabulary.tokens = ["<unk>", "▁", "a", String(repeating: "a", count: 100_000), "\0"]
    vocabulary.scores = [0, -1, -2, -3, -4]
    vocabulary.types = [.unknown, .normal, .normal, .normal, .normal]
    let tokenizer = try Tokenizer(vocabulary: vocabulary)
    #expect(tokenizer.encode("a\0a") == [1, 2, 4, 2])
  }

  @Test func `vocabularies whose lists contradict each other`() {
    var base = EmbeddedVocabulary(model: "llama")
    base.tokens = ["<unk>", "a"]
    base.types = [.unknown, .normal]
    base.scores = [0, 0]
    let changes: [(inout EmbeddedVocabulary) -> Void] = [
      { $0.tokens = [] }, { $0.scores = [1] }, { $0.types = [.normal] }, { $0.scores = [.nan, 0] },
      { $0.bosID = 2 }, { $0.eosID = -1 }, { $0.unknownID = .max }, { $0.paddingID = .min }, { $0.model = "bert" },
      { $0.types[1] = .byte },
      {
        $0.tokens[1] = "<0x-1>"; $0.types[1] = .byte
      },
      {
        $0.model = "gpt2"; $0.pre = "unheard-of"
      },
      {
        $0.model = "gpt2"; $0.merges = ["a a"]
      },
      {
        $0.model = "gpt2"; $0.merges = ["a"]
      },
    ]
    #expect(throws: Never.self) { try Tokenizer(vocabulary: base) }
    for (index, change) in changes.enumerated() {
      var vocabulary = base
      change(&vocabulary)
      #expect(throws: TokenizerError.self, "change \(index)") { try Tokenizer(vocabulary: vocabulary) }
    }
  }

  @Test func `patterns that defeat backtracking take little time`() throws {
    let text = String(repeating: "a", count: 200_000)
    for pattern in ["(a|a)*b", "(a*)*b", "a*b|a", "(?:a?){20}a{20}b", #"\\s+(?!\\S)|a+$"#] {
      let rest = #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"\#(pattern)"},"behavior":"Isolated"}"#
      let folder = try TemporaryFolder(["tokenizer.json": Array(Self.json(rest: rest).utf8)])
      let tokenizer = try Tokenizer.load(from: folder.path)
      var ids: [Int] = []
      let time = ContinuousClock().measure { ids = tokenizer.encode(text) }
      #expect(try tokenizer.decode(ids) == text)
      #expect(time < .seconds(20), "\(pattern)")
    }
  }

  @Test func `paths that hold no tokenizer`() throws {
    let folder = try TemporaryFolder(["notes.txt": [0x61]])
    for path in [folder.path, folder.path + "/missing", "/dev/null"] {
      #expect(throws: TokenizerError.self) { try Tokenizer.load(from: path) }
    }
    let lone = try TemporaryFolder(["vocab.json": Array(#"{"a":0}"#.utf8)])
    let error = #expect(throws: TokenizerError.self) { try Tokenizer.load(from: lone.path) }
    #expect(error?.file?.hasSuffix("merges.txt") == true)
  }
}
