/// Something to measure: how soon a prompt is read, or a text generated, after a text that has been read already.
public struct SpeedTest: Sendable, Hashable {
  /// What is measured.
  public enum Kind: String, Sendable, CaseIterable {
    /// Reading tokens together, as a prompt is.
    case prompt
    /// Reading tokens one after another, as a text is generated.
    case generation
  }

  /// What is measured.
  public let kind: Kind
  /// How many tokens are read in each run, of every sequence.
  public let tokens: Int
  /// How many tokens were read before.
  public let depth: Int
  /// How many texts are generated side by side, each a token in every pass over the weights; a prompt is one.
  public let sequences: Int

  /// The most texts side by side.
  public static let mostSequences = 1024

  /// A test of so many tokens.
  public init(_ kind: Kind, tokens: Int, depth: Int = 0, sequences: Int = 1) {
    self.kind = kind
    self.tokens = tokens
    self.depth = depth
    self.sequences = sequences
  }

  /// As llama-bench names it: `pp256`, `tg32`, `tg32 @ d4096`; and `tg32 ×16` where texts are generated side by side.
  public var name: String {
    (kind == .prompt ? "pp" : "tg") + String(tokens) + (sequences > 1 ? " ×\(sequences)" : "")
      + (depth > 0 ? " @ d\(depth)" : "")
  }
}

/// What a test came to.
public struct SpeedResult: Sendable, Hashable {
  /// What was measured.
  public let test: SpeedTest
  /// For each repetition the seconds of one run: the mean of as many as fit into it.
  public let seconds: [Double]
  /// How many runs each repetition took the mean of, so that short ones are measured too.
  public let runsPerRepetition: Int

  package init(test: SpeedTest, seconds: [Double], runsPerRepetition: Int) {
    self.test = test
    self.seconds = seconds
    self.runsPerRepetition = runsPerRepetition
  }

  /// Each repetition's tokens per second, of all sequences together.
  public var speeds: [Double] { seconds.map { $0 > 0 ? Double(test.tokens) * Double(test.sequences) / $0 : 0 } }
  /// Their mean.
  public var mean: Double { speeds.isEmpty ? 0 : speeds.reduce(0, +) / Double(speeds.count) }
  /// Their standard deviation, of which a single one has none.
  public var deviation: Double {
    guard speeds.count > 1 else { return 0 }
    let mean = mean
    return (speeds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(speeds.count - 1)).squareRoot()
  }
  /// Their median, which one bad repetition does not move.
  public var median: Double { speeds.median ?? 0 }
  /// The seconds that one token takes, by the median.
  public var secondsPerToken: Double { median > 0 ? 1 / median : 0 }
}
