import Foundation

/// How much a scheduler takes on at a time.
public struct SchedulerLimits: Sendable, Hashable {
  /// The most texts that are worked on at once.
  public var runningTexts: Int
  /// The most requests that wait for their turn; further ones are refused.
  public var waitingRequests: Int
  /// The bytes of keys and values that may be kept: of the texts in work, and of earlier ones for reuse.
  public var cacheBytes: Int
  /// The most tokens of prompts that are read between two steps of other texts. Less where that would take long.
  public var promptTokensPerStep: Int

  /// These limits.
  /// - Parameter cacheBytes: nil takes a quarter of the machine's memory.
  public init(
    runningTexts: Int = 64, waitingRequests: Int = 512, cacheBytes: Int? = nil, promptTokensPerStep: Int = 512
  ) {
    self.runningTexts = runningTexts
    self.waitingRequests = waitingRequests
    self.cacheBytes = cacheBytes ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
    self.promptTokensPerStep = promptTokensPerStep
  }

  /// - Throws: `GenerationError` naming a limit out of its range.
  func validate() throws(GenerationError) {
    for (name, value) in [
      ("running texts", runningTexts), ("waiting requests", waitingRequests), ("cache bytes", cacheBytes),
      ("prompt tokens per step", promptTokensPerStep),
    ] where value < 1 {
      throw GenerationError(.invalidOption, "the limit of \(name) is \(value); give a whole number, 1 or more.")
    }
  }
}
