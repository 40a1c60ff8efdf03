import Synchronization
import Tensors

/// The thread of a scheduler: one step after another.
final class SchedulerLoop {
  private let predictor: any TokenPredictor
  private let coder: any TextCoder
  private let limits: SchedulerLimits
  private let state: SchedulerState
  /// Texts that wait: new ones, and those that had to give up their memory.
  private var waiting: [ScheduledText] = []
  /// Texts in work, in the order in which their prompts get their turn.
  private var active: [ScheduledText] = []
  private var prefixes = PrefixStore()
  private var pace: PromptPace

  init(predictor: any TokenPredictor, coder: any TextCoder, limits: SchedulerLimits, state: SchedulerState) {
    self.predictor = predictor
    self.coder = coder
    self.limits = limits
    self.state = state
    pace = PromptPace(most: limits.promptTokensPerStep)
  }

  /// Works until the scheduler is closed and nothing is left.
  func run() {
    while true {
      let inbox = state.takeInbox()
      for request in inbox.requests { enqueue(request) }
      for job in inbox.jobs { job(!inbox.isCancelling) }
      if inbox.isCancelling { (active + waiting).forEach { $0.request.fail(GenerationError.schedulerEnded) } }
      dropCancelled()
      admit()
      state.recordWaiting(waiting.count)
      report()
      if active.isEmpty && waiting.isEmpty {
        if inbox.isClosed { return }
        if inbox.jobs.isEmpty { state.sleep() }
        continue
      }
      grow()
      readPrompts()
    }
  }

  // MARK: - Coming and going

  private func enqueue(_ request: ScheduledRequest) {
    do {
      let growing = try GrowingText(
        after: request.ids, request.request.options, predictor: predictor, coder: coder, breakers: request.breakers)
      waiting.append(ScheduledText(request, growing))
    } catch { request.fail(error) }
  }

  /// Texts that nobody wants any more give back their places.
  private func dropCancelled() {
    active.removeAll { text in
      guard text.request.cancellation.isCancelled else { return false }
      keep(text)
      return true
    }
    waiting.removeAll { $0.request.cancellation.isCancelled }
  }

  /// Begins work on texts that wait, as long as there is room.
  private func admit() {
    guard !waiting.isEmpty else { return }
    let now = ContinuousClock.now
    waiting.sort { $0.comesBefore($1, at: now) }
    while let next = waiting.first {
      while limits.runningTexts - places(of: active) < next.placesNeeded {
        guard let last = active.max(by: { $0.comesBefore($1, at: now) }), last.isLessUrgent(than: next) else { return }
        preempt(last)
      }
      guard active.isEmpty || hasRoom(predictor.cacheBytes(of: next.tokens.count)) else { return }
      // Whoever gave way may have waited for longer, but not come first again.
      waiting.removeAll { $0 === next }
      next.begin()
      active.append(next)
    }
  }

  /// How many texts there will be once all prompts have been read.
  private func places(of texts: [ScheduledText]) -> Int { texts.reduce(0) { $0 + $1.placesNeeded } }

  /// Takes a text's memory away; it goes on later from its tokens.
  private func preempt(_ text: ScheduledText) {
    active.removeAll { $0 === text }
    keep(text)
    waiting.append(text)
    state.statistics.withLock { $0.preemptions += 1 }
  }

  /// Keeps what a text has read for others, and for itself.
  private func keep(_ text: ScheduledText) {
    guard let sequence = text.sequence else { return }
    text.sequence = nil
    if text.request.request.reusesPrefixes { prefixes.keep(text.tokens.prefix(sequence.count), sequence) }
  }

  private func end(_ text: ScheduledText, _ reason: FinishReason) {
    active.removeAll { $0 === text }
    keep(text)
    text.finish(reason)
  }

  private func fail(_ texts: [ScheduledText], _ error: any Error) {
    for text in texts {
      active.removeAll { $0.request === text.request }
      text.request.fail(error)
    }
  }

  // MARK: - Memory

  /// Whether so many bytes more may be used, if need be after forgetting what ended texts have read.
  private func hasRoom(_ bytes: Int) -> Bool {
    while (predictor.meter?.usedBytes ?? 0) + bytes > limits.cacheBytes {
      guard prefixes.forgetOldest() else { return false }
    }
    return true
  }

  /// Makes room for what texts are about to read, at the cost of those that come last.
  /// - Returns: Those of them that are still in work.
  private func makeRoom(for texts: [ScheduledText], reading count: (ScheduledText) -> Int) -> [ScheduledText] {
    var texts = texts
    func needed() -> Int { texts.reduce(0) { $0 + ($1.sequence?.newBytes(adding: count($1)) ?? 0) } }
    let now = ContinuousClock.now
    while !hasRoom(needed()), active.count > 1, let last = active.max(by: { $0.comesBefore($1, at: now) }) {
      preempt(last)
      texts.removeAll { $0 === last }
    }
    return texts
  }

  // MARK: - Steps

  /// One more token for every text whose prompt has been read.
  private func grow() {
    let ready = active.filter(\.isGrowing)
    guard !ready.isEmpty else { return }
    let texts = makeRoom(for: ready) { _ in 1 }
    let clock = ContinuousClock()
    let start = clock.now
    guard let scores = read(texts.map { ($0, 1, .last) }) else { return }
    choose(texts, scores.compactMap(\.last))
    pace.recordStep(clock.now - start)
  }

  /// A piece of the prompts that are to be read, turn by turn.
  private func readPrompts() {
    let growing = active.count { $0.isGrowing }
    guard growing < active.count else { return }
    var left = pace.allowance(reading: active.count - growing, growing: growing)
    var pieces: [(text: ScheduledText, count: Int)] = []
    for text in active where left > 0 && !text.isGrowing {
      findPrefix(for: text)
      if pieces.contains(where: { text.gainsByWaiting(for: $0.text, toRead: $0.count) }) { continue }
      // Scores of the whole vocabulary for every token take much memory.
      let count = min(text.pendingCount, left, text.wantsAllScores ? 64 : .max)
      pieces.append((text, count))
      left -= count
    }
    guard !pieces.isEmpty else { return }
    let counts = Dictionary(uniqueKeysWithValues: pieces.map { (ObjectIdentifier($0.text), $0.count) })
    let texts = makeRoom(for: pieces.map(\.text)) { counts[ObjectIdentifier($0)] ?? 0 }
    let clock = ContinuousClock()
    let start = clock.now
    let inputs = texts.map { text -> Input in
      let count = counts[ObjectIdentifier(text)] ?? 0
      return (text, count, text.wantsAllScores ? .all : count == text.pendingCount ? .last : .none)
    }
    guard let scores = read(inputs) else { return }
    pace.recordPrompts(inputs.reduce(0) { $0 + $1.count }, clock.now - start)
    // Whoever had a turn goes to the end.
    active.removeAll { text in texts.contains { $0 === text } }
    active += texts
    state.statistics.withLock { $0.promptTokens += inputs.reduce(0) { $0 + $1.count } }
    for (input, rows) in zip(inputs, scores) where input.rows == .all { addPromptScores(rows, to: input) }
    endPrompts(zip(texts, scores).filter { $0.0.pendingCount == 0 })
  }

  /// Goes on from what others have read, where that is more than the text itself has.
  private func findPrefix(for text: ScheduledText) {
    let isFresh = text.sequence == nil
    if text.takesPrefixes {
      let others = active.filter { $0 !== text && $0.request.request.reusesPrefixes }
      if let found = prefixes.sequence(for: text.tokens, longerThan: text.readCount, others: others) {
        let gained = found.count - text.readCount
        text.sequence = found
        if !text.hasReadPrompt { text.reusedTokens += gained }
        state.statistics.withLock { $0.reusedTokens += gained }
      }
    }
    if isFresh, text.sequence == nil { text.sequence = predictor.makeSequence() }
  }

  private typealias Input = (text: ScheduledText, count: Int, rows: BatchInput.Rows)

  /// Reads the next tokens of texts; where that fails they end. Where nobody wants them any more it stops.
  private func read(_ inputs: [Input]) -> [[ScoreRow]]? {
    guard !inputs.isEmpty else { return nil }
    func isCancelled() -> Bool { inputs.allSatisfy { $0.text.request.cancellation.isCancelled } }
    do {
      let batch = inputs.compactMap { text, count, rows in
        text.sequence.map {
          BatchInput(sequence: $0, ids: Array(text.tokens[text.readCount..<text.readCount + count]), rows: rows)
        }
      }
      let scores = try predictor.read(batch, isCancelled: isCancelled)
      state.statistics.withLock { $0.steps += 1 }
      return scores
    } catch {
      if !isCancelled() { fail(inputs.map(\.text), error) }
      return nil
    }
  }

  /// Texts whose prompts have been read for the first time begin to grow, all choices of them.
  private func endPrompts(_ ended: [(ScheduledText, [ScoreRow])]) {
    var (texts, scores): ([ScheduledText], [ScoreRow]) = ([], [])
    for (text, rows) in ended {
      guard let last = rows.last else { continue }
      texts.append(text)
      scores.append(last)
      guard !text.hasReadPrompt else { continue }
      text.endPrompt()
      text.request.send(
        .promptRead(
          PromptReading(
            tokens: text.request.ids, reusedTokens: text.reusedTokens, logProbabilities: text.promptScores)))
      let others = siblings(of: text)
      texts += others
      scores += others.map { _ in last }
      active += others
    }
    choose(texts, scores)
  }

  /// The other choices of a request, which share what the first has read.
  private func siblings(of text: ScheduledText) -> [ScheduledText] {
    let request = text.request
    guard request.request.choiceCount > 1 else { return [] }
    do {
      return try (1..<request.request.choiceCount).map { choice in
        let growing = try GrowingText(
          after: request.ids, request.request.options, predictor: predictor, coder: coder, breakers: request.breakers,
          choice: choice)
        return ScheduledText(text, choice: choice, growing, sequence: text.sequence?.fork(first: text.readCount))
      }
    } catch {
      fail([text], error)
      return []
    }
  }

  private func addPromptScores(_ rows: [ScoreRow], to input: Input) {
    let text = input.text
    if text.promptScores.isEmpty { text.promptScores.append(nil) }
    // The row of each token tells about the next one.
    for row in rows where text.promptScores.count < text.request.ids.count {
      let (token, row) = (text.request.ids[text.promptScores.count], row.floats)
      text.promptScores.append(
        PromptToken(
          logProbability: Sampler.logProbability(of: token, in: row),
          alternatives: Sampler.mostProbable(text.request.request.promptLogProbabilities ?? 0, in: row)))
    }
  }

  /// Chooses a token for each text, and sends what that brought.
  private func choose(_ texts: [ScheduledText], _ scores: [ScoreRow]) {
    ThreadPool.shared.run(texts.count) { texts[$0].choose(scores[$0]) }
    state.statistics.withLock { $0.generatedTokens += texts.count }
    for text in texts {
      do throws(GenerationError) {
        if let reason = try text.sendStep(contextLength: predictor.contextLength) { end(text, reason) }
      } catch { fail([text], error) }
    }
  }

  private func report() {
    let now = ContinuousClock.now
    for text in active + waiting { text.reportProgress(now) }
    let growing = active.count { $0.isGrowing }
    state.statistics.withLock { statistics in
      statistics.runningTexts = growing
      statistics.readingTexts = active.count - growing
      statistics.waitingTexts = waiting.count
      statistics.cacheBytes = predictor.meter?.usedBytes ?? 0
      statistics.cacheBudget = limits.cacheBytes
      statistics.keptTexts = prefixes.count
      statistics.keptBytes = min(prefixes.bytes, statistics.cacheBytes)
    }
  }
}

extension ScheduledText {
  /// Whether all but its last token has been read, so that each step brings one more.
  var isGrowing: Bool { hasReadPrompt && pendingCount == 1 && sequence != nil }

  /// The places that it will take: its own, and its other choices' while they have not begun.
  var placesNeeded: Int { hasReadPrompt ? 1 : request.request.choiceCount }

  /// The order of work: urgent requests first, then those that came first. Whoever waits becomes more urgent by a level
  /// in ten seconds, so that nobody waits for ever.
  func comesBefore(_ other: ScheduledText, at now: ContinuousClock.Instant) -> Bool {
    let (own, others) = (urgency(at: now), other.urgency(at: now))
    return own != others ? own < others : (request.number, choice) < (other.request.number, other.choice)
  }

  /// Whether another's priority entitles it to this text's place.
  func isLessUrgent(than other: ScheduledText) -> Bool { request.request.priority > other.request.request.priority }

  private func urgency(at now: ContinuousClock.Instant) -> Double {
    let waited = sequence == nil ? (now - request.arrival) / .seconds(10) : 0
    return Double(request.request.priority) - waited.rounded(.down)
  }
}
