/// How long to go on when a server or the way to it fails for a while.
public struct HubRetryPolicy: Hashable, Sendable {
  /// How often in a row something may fail before it is given up; a download that got on counts anew.
  public var attempts: Int
  /// The pause after the first failure; each further one is twice as long.
  public var firstDelay: Duration
  /// The longest pause that is made unasked.
  public var longestDelay: Duration
  /// The longest pause that is made because the server asks for it.
  public var longestRetryAfter: Duration

  /// A policy.
  public init(attempts: Int, firstDelay: Duration, longestDelay: Duration, longestRetryAfter: Duration) {
    self.attempts = attempts
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
    self.longestRetryAfter = longestRetryAfter
  }

  /// Six attempts within half a minute, and five minutes where the server asks for them.
  public static let standard = HubRetryPolicy(
    attempts: 6, firstDelay: .seconds(1), longestDelay: .seconds(30), longestRetryAfter: .seconds(300))
}

/// A failure that may go away: a lost connection, a busy server.
package struct TransientFailure: Error {
  let error: HubError
  /// How long the server asks to wait.
  var retryAfter: Duration?

  package init(error: HubError, retryAfter: Duration? = nil) {
    self.error = error
    self.retryAfter = retryAfter
  }
}

/// Counts failures in a row, and says how long to wait after each.
package struct Patience: Sendable {
  let policy: HubRetryPolicy
  private var failures = 0

  package init(_ policy: HubRetryPolicy) { self.policy = policy }

  /// Forgets the failures, since something got on.
  mutating func reset() { failures = 0 }

  /// How long to wait before the next attempt.
  /// - Throws: the failure itself, when there is none.
  package mutating func delay(after failure: TransientFailure) throws(HubError) -> Duration {
    failures += 1
    guard failures < policy.attempts else { throw failure.error }
    if let asked = failure.retryAfter {
      guard asked <= policy.longestRetryAfter else {
        throw HubError(
          failure.error.code,
          failure.error.message + " The server asks to come back in \(asked.components.seconds) seconds.")
      }
      return asked
    }
    // Chance keeps clients that failed together from coming back together.
    let doubled = policy.firstDelay * Double(UInt64(1) << UInt64(min(failures - 1, 20)))
    return min(doubled, policy.longestDelay) * Double.random(in: 0.5...1)
  }
}
