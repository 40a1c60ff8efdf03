/// How many tokens of prompts to read between two steps, so that the texts that grow meanwhile do not stutter.
struct PromptPace {
  /// What reading prompts may add to a step while others watch their texts grow.
  private static let patience = 0.1
  /// How long a piece takes where nobody else waits: whoever leaves or comes then waits no longer.
  private static let longest = 0.5
  private static let least = 32

  private let most: Int
  /// Prompt tokens read per second, as of late; 0 while unknown.
  private var speed = 0.0
  /// Seconds of a step, as of late.
  private var stepSeconds = 0.0

  init(most: Int) { self.most = most }

  /// The tokens that may be read now.
  /// - Parameter besides: Whether other texts wait for their next step.
  func allowance(besides othersWait: Bool) -> Int {
    if speed == 0, !othersWait { return min(most, 4 * Self.least) }
    // Nor need it be less than the step itself takes.
    let seconds = othersWait ? min(Self.longest, max(Self.patience, stepSeconds)) : Self.longest
    return min(most, max(Self.least, Int(speed * seconds) / Self.least * Self.least))
  }

  mutating func recordPrompts(_ tokens: Int, _ duration: Duration) {
    let seconds = duration / .seconds(1)
    // Few tokens tell little about speed.
    guard tokens >= Self.least, seconds > 0 else { return }
    let measured = Double(tokens) / seconds
    speed = speed == 0 ? measured : speed + (measured - speed) / 4
  }

  mutating func recordStep(_ duration: Duration) {
    let seconds = duration / .seconds(1)
    stepSeconds = stepSeconds == 0 ? seconds : stepSeconds + (seconds - stepSeconds) / 4
  }
}
