/// How many tokens of prompts to read between two steps, so that the texts that grow meanwhile do not stutter.
struct PromptPace {
  /// What reading a prompt may add to a step while another watches a text grow.
  private static let patience = 0.1
  /// How long a piece takes where nobody else waits: whoever comes then waits no longer.
  private static let longest = 0.5
  private static let least = 32

  private let most: Int
  /// Prompt tokens read per second, as of late; 0 while unknown.
  private var speed = 0.0
  /// Seconds of a step, as of late.
  private var stepSeconds = 0.0

  init(most: Int) { self.most = most }

  /// The tokens that may be read now. Where more wait for their first token than for their next, those come first:
  /// many prompts together take less time than one after another.
  /// - Parameters:
  ///   - reading: How many texts' prompts are to be read.
  ///   - growing: How many texts wait for their next step meanwhile.
  func allowance(reading: Int, growing: Int) -> Int {
    if speed == 0, growing == 0 { return min(most, 4 * Self.least) }
    var seconds = Self.longest
    if growing > 0 {
      let patience = Self.patience * max(1, Double(reading) / Double(growing))
      // Nor need it be less than the step itself takes.
      seconds = min(Self.longest, max(patience, stepSeconds))
    }
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
