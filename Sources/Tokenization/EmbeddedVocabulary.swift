/// A vocabulary as a GGUF file holds it: lists by id, and a few settings.
///
/// `model` is "gpt2" for byte-level BPE (GPT-2, Llama 3; `pre` names the pre-tokenization, `merges` the merges as
/// "left right") or "llama" for SentencePiece BPE (LLaMA 1 and 2; `scores` order the merges).
public struct EmbeddedVocabulary: Sendable, Hashable {
  /// What a token is for, numbered as in GGUF's `tokenizer.ggml.token_type`.
  public enum TokenType: UInt8, Sendable, Hashable {
    case normal = 1
    case unknown = 2
    /// A control token: matches text only where asked for, and writes nothing.
    case control = 3
    /// Matches text everywhere.
    case userDefined = 4
    case unused = 5
    /// One byte, `<0x0A>`.
    case byte = 6
  }

  /// `tokenizer.ggml.model`
  public var model: String
  /// `tokenizer.ggml.pre`
  public var pre: String?
  /// `tokenizer.ggml.tokens`
  public var tokens: [String] = []
  /// `tokenizer.ggml.scores`; empty, or one for each token.
  public var scores: [Float] = []
  /// `tokenizer.ggml.token_type`; empty, or one for each token.
  public var types: [TokenType] = []
  /// `tokenizer.ggml.merges`
  public var merges: [String] = []
  /// `tokenizer.ggml.bos_token_id` and its siblings.
  public var bosID: Int?
  /// The token that ends a text.
  public var eosID: Int?
  /// `tokenizer.ggml.eot_token_id`: the end of a turn.
  public var endOfTurnID: Int?
  /// What stands for text that no token has.
  public var unknownID: Int?
  /// What fills up rows of a batch.
  public var paddingID: Int?
  /// `tokenizer.ggml.add_bos_token` and its siblings; nil where the file leaves it to the model's kind.
  public var addsBOS: Bool?
  /// Whether a text is to end with `eosID`.
  public var addsEOS: Bool?
  /// Whether a space is put before a text.
  public var addsSpacePrefix: Bool?
  /// `tokenizer.ggml.remove_extra_whitespaces`
  public var removesExtraSpaces: Bool?

  /// An empty vocabulary of a kind.
  public init(model: String) { self.model = model }
}
