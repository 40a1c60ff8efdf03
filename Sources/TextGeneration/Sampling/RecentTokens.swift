/// The latest tokens of a text and how often each occurs among them: what penalties look at.
struct RecentTokens: Sendable {
  /// How many tokens it remembers; nil remembers all.
  private let window: Int?
  /// The remembered tokens, oldest at `oldest` once the window is full.
  private var tokens: [Int] = []
  private var oldest = 0
  /// How often each remembered token occurs.
  private(set) var counts: [Int: Int] = [:]

  init(window: Int?) { self.window = window }

  /// The remembered tokens, the latest first.
  var latestFirst: [Int] { Array(tokens[..<oldest].reversed()) + tokens[oldest...].reversed() }

  /// Remembers a token, forgetting the oldest when the window is full.
  mutating func append(_ token: Int) {
    guard let window, tokens.count >= window else {
      tokens.append(token)
      counts[token, default: 0] += 1
      return
    }
    guard window > 0 else { return }
    let forgotten = tokens[oldest]
    let left = counts[forgotten, default: 1] - 1
    counts[forgotten] = left > 0 ? left : nil
    tokens[oldest] = token
    counts[token, default: 0] += 1
    oldest = (oldest + 1) % window
  }
}
