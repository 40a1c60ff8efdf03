/// What the makers of a model said about it. None of it is computed here, and each fact names where it stands.
///
///     PublishedFacts.of(preset: "gpt-3-175b")?.trainingTokens   // 300e9
public struct PublishedFacts: Sendable, Hashable {
  /// What a fact is about, in the order of reports.
  public enum Topic: String, Sendable, Hashable, CaseIterable {
    case release
    case trainingTokens = "training tokens"
    case context = "context in training"
    case batchTokens = "tokens per batch"
    case peakLearningRate = "peak learning rate"
    case vocabulary
    case compute = "training compute"
    case acceleratorHours = "accelerator time"
  }

  /// One of the things that were said, or that it was not.
  public struct Fact: Sendable, Hashable {
    /// What it is about.
    public let topic: Topic
    /// What was said, in few words; nil where the makers did not publish it.
    public let text: String?
    /// Where: a paper, a model card, released code.
    public let source: String
  }

  /// The facts. What has none is not in the sources that were read: it may be published elsewhere.
  public let facts: [Fact]
  /// How many tokens the model was trained on, where a number was published.
  public let trainingTokens: Double?
  /// How long the texts of most of the training were; nil where nobody said.
  public let trainingContextLength: Int?

  /// What is known about a topic.
  public subscript(topic: Topic) -> Fact? { facts.first { $0.topic == topic } }

  /// What was published about a preset, by its name.
  public static func of(preset name: String) -> PublishedFacts? { all[name.lowercased()] }

  /// Models about which next to nothing was published, so that nothing can be computed: name and source.
  static let withheld: [(name: String, source: String)] = [
    ("gpt-4", "its technical report, arXiv 2303.08774, withholds architecture, size, data and compute")
  ]

  private static let all: [String: PublishedFacts] = Dictionary(gptFacts + llamaFacts) { first, _ in first }

  /// Facts of one model. Those without a source of their own stand in `source`.
  init(
    _ source: String, tokens: Double? = nil, contextLength: Int? = nil,
    _ facts: [(topic: Topic, text: String?, source: String?)]
  ) {
    self.facts = facts.map { Fact(topic: $0.topic, text: $0.text, source: $0.source ?? source) }
    trainingTokens = tokens
    trainingContextLength = contextLength
  }
}
