/// How fast bytes arrive, over the last ten seconds: long enough to be steady, short enough to follow changes.
public struct TransferRate: Sendable {
  private static let window = Duration.seconds(10)
  private var samples: [(instant: ContinuousClock.Instant, bytes: Int)] = []

  /// Nothing has arrived yet.
  public init() {}

  /// Notes how many bytes have arrived in all.
  public mutating func note(_ bytes: Int, at instant: ContinuousClock.Instant = .now) {
    // Two samples a second are enough.
    if samples.count > 1, instant - samples[samples.count - 2].instant < .milliseconds(500) { samples.removeLast() }
    samples.append((instant, bytes))
    while samples.count > 2, instant - samples[1].instant >= Self.window { samples.removeFirst() }
  }

  /// Bytes per second; nil until that can be told.
  public var bytesPerSecond: Double? {
    guard let first = samples.first, let last = samples.last else { return nil }
    let seconds = (last.instant - first.instant) / .seconds(1)
    return seconds > 0.2 ? Double(last.bytes - first.bytes) / seconds : nil
  }

  /// How long the rest takes at this rate; nil when that cannot be told.
  public func timeLeft(for bytes: Int) -> Duration? {
    guard let rate = bytesPerSecond, rate > 0, bytes > 0 else { return nil }
    let seconds = Double(bytes) / rate
    return seconds < 1e9 ? .seconds(seconds) : nil
  }
}
