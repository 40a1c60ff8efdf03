/// What a scheduler is doing, and has done since it began.
public struct SchedulerStatistics: Sendable, Hashable {
  /// Texts that grow by a token with every step.
  public internal(set) var runningTexts = 0
  /// Texts whose prompt is being read.
  public internal(set) var readingTexts = 0
  /// Texts that wait for their turn.
  public internal(set) var waitingTexts = 0
  /// The bytes of all keys and values that are kept.
  public internal(set) var cacheBytes = 0
  /// The most that they may be.
  public internal(set) var cacheBudget = 0
  /// The part of them that ended texts hold.
  public internal(set) var keptBytes = 0
  /// How many ended texts are kept for reuse.
  public internal(set) var keptTexts = 0
  /// Requests that were taken on.
  public internal(set) var requests = 0
  /// Requests that were refused since too many waited.
  public internal(set) var refusedRequests = 0
  /// Prompt tokens that were read.
  public internal(set) var promptTokens = 0
  /// Prompt tokens that had been read before.
  public internal(set) var reusedTokens = 0
  /// Tokens that were generated.
  public internal(set) var generatedTokens = 0
  /// Texts that gave up their memory to others and began to read anew.
  public internal(set) var preemptions = 0
  /// Passes over the weights.
  public internal(set) var steps = 0

  /// Nothing done.
  init() {}
}
