/// One text of a request, in the queue or in work.
final class ScheduledText {
  let request: ScheduledRequest
  /// Which of the request's texts it is.
  let choice: Int
  /// All tokens, those included that have not been read.
  private(set) var tokens: [Int]
  private(set) var growing: GrowingText
  /// What has been read; nil while it waits.
  var sequence: (any PredictedSequence)?
  /// How many of the prompt's tokens it found already read.
  var reusedTokens: Int
  /// The log probabilities of the prompt's tokens so far, where they were asked for.
  var promptScores: [PromptToken?] = []
  /// When work on it began, and when its prompt had been read.
  private(set) var beginning: ContinuousClock.Instant?
  private(set) var promptEnd: ContinuousClock.Instant?
  /// When whoever waits last heard of it.
  private var lastSign = ContinuousClock.now
  /// How long nobody need hear of it.
  private static let patience = Duration.seconds(5)
  /// The last scores, in memory that stays: to have it anew for every token costs more than to fill it.
  private var scores: [Float] = []
  /// What the last scores brought, until it is sent.
  private var step: Result<GrowingText.Step, GenerationError>?

  init(_ request: ScheduledRequest, choice: Int = 0, _ growing: GrowingText) {
    self.request = request
    self.choice = choice
    self.growing = growing
    tokens = request.ids
    reusedTokens = 0
  }

  /// Another choice after the same prompt, which this one has read.
  init(_ other: ScheduledText, choice: Int, _ growing: GrowingText, sequence: (any PredictedSequence)?) {
    request = other.request
    self.choice = choice
    self.growing = growing
    self.sequence = sequence
    (tokens, reusedTokens) = (other.tokens, other.reusedTokens)
    (beginning, promptEnd) = (other.beginning, other.promptEnd)
  }

  /// How many tokens have been read.
  var readCount: Int { sequence?.count ?? 0 }
  /// How many are still to be read before the next can be chosen.
  var pendingCount: Int { tokens.count - readCount }
  /// Whether its prompt has been read once, so that it only grows.
  var hasReadPrompt: Bool { promptEnd != nil }
  /// Whether every token of the prompt needs its scores.
  var wantsAllScores: Bool { request.request.promptLogProbabilities != nil && !hasReadPrompt }

  /// Whether it goes on from what others have read.
  var takesPrefixes: Bool { request.request.reusesPrefixes && !wantsAllScores }

  /// Whether it spares itself more than a little by going on from what another is about to read, once that is done.
  func gainsByWaiting(for other: ScheduledText, toRead count: Int) -> Bool {
    guard takesPrefixes, other.request.request.reusesPrefixes else { return false }
    let shared = tokens.dropLast().countShared(with: other.tokens.prefix(other.readCount + count))
    return shared >= max(readCount, other.readCount) + PrefixStore.worthWaiting
  }

  func begin() { beginning = beginning ?? .now }
  func endPrompt() { promptEnd = .now }

  /// Chooses the next token; different texts may do so at the same time.
  func choose(_ row: ScoreRow) {
    row.write(into: &scores)
    do throws(GenerationError) { step = .success(try growing.take(scores)) } catch { step = .failure(error) }
  }

  /// Sends what was chosen.
  /// - Parameter contextLength: The most tokens that the model takes.
  /// - Returns: Why the text ends here, or nil.
  func sendStep(contextLength: Int) throws(GenerationError) -> FinishReason? {
    guard let step = try step?.get() else { return nil }
    self.step = nil
    if let event = step.event { request.send(.event(choice: choice, event)) }
    if let reason = step.reason { return reason }
    if let token = step.token { tokens.append(token) }
    return tokens.count > contextLength ? .contextFull : nil
  }

  /// Tells now and then that it is still being worked on.
  func reportProgress(_ now: ContinuousClock.Instant) {
    guard !hasReadPrompt, choice == 0, now - lastSign >= Self.patience else { return }
    lastSign = now
    request.send(.progress(read: readCount, of: request.ids.count))
  }

  /// Sends the last event.
  func finish(_ reason: FinishReason) {
    let rest = growing.finish()
    let (now, promptEnd) = (ContinuousClock.now, promptEnd)
    let summary = GenerationSummary(
      reason: rest.match.map(FinishReason.stopString) ?? reason, promptTokens: request.ids.count,
      reusedTokens: reusedTokens, generatedTokens: growing.tokenCount, draftedTokens: 0, acceptedTokens: 0,
      promptSeconds: beginning.map { ((promptEnd ?? now) - $0) / .seconds(1) } ?? 0,
      generationSeconds: promptEnd.map { (now - $0) / .seconds(1) } ?? 0, seed: growing.sampler.seed)
    request.send(.event(choice: choice, .last(rest.text, summary)))
    request.endText()
  }
}
