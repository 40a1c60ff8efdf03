import Foundation
import Synchronization
import Testing
import Tensors
import TextGeneration

/// What came of one request.
private struct Outcome {
  var texts: [Int: String] = [:]
  var summaries: [Int: GenerationSummary] = [:]
  var reading: PromptReading?
}

private func outcome(of updates: GenerationUpdates) async throws -> Outcome {
  var outcome = Outcome()
  for try await update in updates {
    switch update {
    case .progress: break
    case .promptRead(let reading): outcome.reading = reading
    case .event(let choice, let event):
      outcome.texts[choice, default: ""] += event.text
      if let summary = event.summary { outcome.summaries[choice] = summary }
    }
  }
  return outcome
}

private func scheduler(
  _ predictor: FakePredictor, limits: SchedulerLimits = SchedulerLimits(cacheBytes: 10_000)
) throws -> GenerationScheduler {
  try GenerationScheduler(predictor: predictor, coder: FakeCoder(), limits: limits)
}

private func greedy(_ maxTokens: Int) -> GenerationOptions {
  GenerationOptions(sampling: .greedy, maxTokens: maxTokens)
}

/// Lets a model's reads begin one by one.
private final class Gate: Sendable {
  private let isOpen = Atomic(false)
  private let passed = Atomic(0)
  /// How many pass before it is opened.
  let free: Int
  init(free: Int = 0) { self.free = free }
  func open() { isOpen.store(true, ordering: .releasing) }
  func close() { isOpen.store(false, ordering: .releasing) }
  func wait() {
    if passed.add(1, ordering: .relaxed).newValue <= free { return }
    while !isOpen.load(ordering: .acquiring) { usleep(200) }
  }
}

@Suite struct GenerationSchedulerTests {
  @Test func textsAreThoseOfTheGeneratorWhoeverIsServedBesideThem() async throws {
    let prompts = ["A", "k", "Hello", "0123456789", "zz"]
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 1.5, seed: 7), maxTokens: 20)
    let alone = try prompts.map { try Generator(FakePredictor()).text(after: $0, options: options) }
    let scheduler = try scheduler(FakePredictor())
    let streams = try prompts.map { try scheduler.stream(GenerationRequest(.text($0), options: options)) }
    for (index, stream) in streams.enumerated() {
      #expect(try await prompts[index] + (outcome(of: stream).texts[0] ?? "") == alone[index])
    }
  }

  @Test func textsInWorkGrowTogetherInOneBatch() async throws {
    let gate = Gate()
    let predictor = FakePredictor(beforeRead: { gate.wait() })
    let scheduler = try scheduler(predictor)
    let streams = try ["a", "b", "c", "d"].map {
      try scheduler.stream(GenerationRequest(.text($0), options: greedy(8)))
    }
    gate.open()
    for stream in streams { #expect(try await outcome(of: stream).texts[0]?.count == 8) }
    // Each text reads seven tokens after its prompt: at most a first one grows alone.
    #expect(predictor.batches.withLock { $0.count { $0 == [1, 1, 1, 1] } } >= 6)
  }

  @Test func aSharedBeginningIsReadOnce() async throws {
    let predictor = FakePredictor()
    let scheduler = try scheduler(predictor)
    let system = "You are a bird. "
    let first = try await outcome(of: scheduler.stream(GenerationRequest(.text(system + "Sing"), options: greedy(3))))
    #expect(first.reading?.reusedTokens == 0)
    let second = try await outcome(of: scheduler.stream(GenerationRequest(.text(system + "Fly!"), options: greedy(3))))
    #expect(second.reading?.reusedTokens == system.utf8.count)
    #expect(second.texts[0] == "\"#$")
    // The turns of a conversation go on from the reply: its last token has not been read.
    let third = try await outcome(
      of: scheduler.stream(GenerationRequest(.text(system + "Fly!\"#$ More"), options: greedy(1))))
    #expect(third.summaries[0]?.reusedTokens == system.utf8.count + 4 + 2)
    let private_ = GenerationRequest(.text(system + "Sing"), options: greedy(3), reusesPrefixes: false)
    #expect(try await outcome(of: scheduler.stream(private_)).reading?.reusedTokens == 0)
  }

  @Test func aBeginningIsReadOnceForThoseThatComeTogether() async throws {
    let gate = Gate()
    let predictor = FakePredictor(contextLength: 100, beforeRead: { gate.wait() })
    let scheduler = try scheduler(predictor)
    // It keeps the scheduler busy until all are there.
    let blocker = try scheduler.stream(GenerationRequest("z", options: greedy(1)))
    let system = String(repeating: "You are a bird. ", count: 3)
    let streams = try ["Sing", "Fly!", "Hop"].map {
      try scheduler.stream(GenerationRequest(.text(system + $0), options: greedy(2)))
    }
    gate.open()
    _ = try await outcome(of: blocker)
    var reused: [Int?] = []
    for stream in streams { reused.append(try await outcome(of: stream).reading?.reusedTokens) }
    #expect(reused == [0, 48, 48])
    #expect(scheduler.statistics.promptTokens == 1 + 48 + 4 + 4 + 3)
    // Where a beginning is short they are read side by side.
    gate.close()
    let next = try scheduler.stream(GenerationRequest("z", options: greedy(1)))
    let short = try ["Lights are on, one", "Lights are on, two"].map {
      try scheduler.stream(GenerationRequest(.text($0), options: greedy(1)))
    }
    gate.open()
    _ = try await outcome(of: next)
    for stream in short { #expect(try await outcome(of: stream).reading?.reusedTokens == 0) }
  }

  @Test func severalTextsShareOnePrompt() async throws {
    let predictor = FakePredictor()
    let scheduler = try scheduler(predictor)
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 3, seed: 5), maxTokens: 12)
    let outcome = try await outcome(
      of: scheduler.stream(GenerationRequest("Once upon a time", options: options, choiceCount: 3)))
    #expect(outcome.texts.count == 3 && Set(outcome.texts.values).count == 3)
    for choice in 0..<3 {
      var own = options
      own.sampling.seed = 5 + UInt64(choice)
      let alone = try Generator(FakePredictor()).text(after: "Once upon a time", options: own)
      #expect("Once upon a time" + (outcome.texts[choice] ?? "") == alone)
    }
    #expect(scheduler.statistics.promptTokens == 16)
  }

  @Test func promptsAreReadInPiecesWhileOthersGrow() async throws {
    let predictor = FakePredictor(contextLength: 1000)
    let scheduler = try scheduler(
      predictor, limits: SchedulerLimits(cacheBytes: 10_000, promptTokensPerStep: 40))
    let long = try scheduler.stream(GenerationRequest(.text(String(repeating: "x", count: 400)), options: greedy(1)))
    let short = try scheduler.stream(GenerationRequest("a", options: greedy(20)))
    #expect(try await outcome(of: short).texts[0]?.count == 20)
    #expect(try await outcome(of: long).texts[0] == "y")
    let batches = predictor.batches.withLock { $0 }
    #expect(batches.allSatisfy { $0.reduce(0, +) <= 40 })
    #expect(batches.count { $0 == [1] } > 3)
  }

  @Test(arguments: ["queue", "prompt", "decode"]) func whoeverLeavesFreesTheirPlace(stage: String) async throws {
    let gate = Gate()
    let predictor = FakePredictor(contextLength: 100_000, beforeRead: { if stage != "decode" { gate.wait() } })
    let limits = SchedulerLimits(runningTexts: 1, cacheBytes: 1_000_000, promptTokensPerStep: 32)
    let scheduler = try scheduler(predictor, limits: limits)
    let length = stage == "prompt" ? 50_000 : 1
    let first = try scheduler.stream(
      GenerationRequest(.text(String(repeating: "x", count: length)), options: greedy(90_000)))
    let leaving = stage == "queue" ? try scheduler.stream(GenerationRequest("b", options: greedy(90_000))) : first
    let last = try scheduler.stream(GenerationRequest("k", options: greedy(2), priority: stage == "queue" ? -1 : 0))
    if stage == "decode" {
      // Whoever looks no further has left.
      try await Task { for try await _ in leaving { return } }.value
    } else {
      leaving.cancel()
      await #expect(throws: CancellationError.self) { _ = try await outcome(of: leaving) }
    }
    gate.open()
    #expect(try await outcome(of: last).texts[0] == "lm")
    if stage != "queue" { #expect(scheduler.statistics.runningTexts + scheduler.statistics.readingTexts <= 1) }
    #expect(scheduler.statistics.promptTokens < 2000)
  }

  @Test func aPieceOfAPromptIsNotReadToItsEndForWhoeverHasLeft() async throws {
    let gate = Gate(free: 10)
    let predictor = FakePredictor(contextLength: 1000, beforeRead: { gate.wait() })
    let scheduler = try scheduler(predictor)
    let leaving = try scheduler.stream(
      GenerationRequest(.text(String(repeating: "x", count: 100)), options: greedy(5)))
    while predictor.reads.withLock({ $0.count }) < 10 { try await Task.sleep(for: .milliseconds(1)) }
    leaving.cancel()
    gate.open()
    let last = try scheduler.stream(GenerationRequest("k", options: greedy(2)))
    #expect(try await outcome(of: last).texts[0] == "lm")
    // At most the token that was about to be read, and the other's prompt and first token; its second is not read.
    #expect((12...13).contains(predictor.reads.withLock { $0.count }))
    #expect(scheduler.statistics.promptTokens == 1)
  }

  @Test func urgentRequestsComeFirstAndTakePlaces() async throws {
    // After a hundred tokens nothing goes on before the urgent request is there.
    let gate = Gate(free: 100)
    let predictor = FakePredictor(contextLength: 5000, beforeRead: { gate.wait() })
    let limits = SchedulerLimits(runningTexts: 1, cacheBytes: 100_000)
    let scheduler = try scheduler(predictor, limits: limits)
    let slow = try scheduler.stream(GenerationRequest("a", options: greedy(3000), priority: 5))
    var iterator = slow.makeAsyncIterator()
    _ = try await iterator.next()
    let urgent = try scheduler.stream(GenerationRequest("k", options: greedy(3)))
    gate.open()
    #expect(try await outcome(of: urgent).texts[0] == "lmn")
    #expect(scheduler.statistics.preemptions >= 1)
    // Whoever gave way goes on as if nothing had happened.
    var count = 0
    while let update = try await iterator.next() {
      if case .event(_, let event) = update { count = event.summary?.generatedTokens ?? count }
    }
    #expect(count == 3000)
  }

  @Test func memoryOfOthersIsTakenBeforeTheBudgetIsExceeded() async throws {
    let predictor = FakePredictor(contextLength: 200)
    let scheduler = try scheduler(predictor, limits: SchedulerLimits(cacheBytes: 250))
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 2, seed: 3), maxTokens: 90)
    let prompts = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd"]
    let most = Atomic(0)
    let watch = Task {
      while !Task.isCancelled {
        most.max(predictor.meter?.usedBytes ?? 0, ordering: .relaxed)
        await Task.yield()
      }
    }
    let streams = try prompts.map { try scheduler.stream(GenerationRequest(.text($0), options: options)) }
    for (prompt, stream) in zip(prompts, streams) {
      let alone = try Generator(FakePredictor(contextLength: 200)).text(after: prompt, options: options)
      #expect(try await prompt + (outcome(of: stream).texts[0] ?? "") == alone)
    }
    watch.cancel()
    #expect(most.load(ordering: .relaxed) <= 250)
    #expect(scheduler.statistics.preemptions > 0)
  }

  @Test func whatCannotBeServedIsRefusedAtOnce() async throws {
    let gate = Gate()
    let predictor = FakePredictor(contextLength: 500, beforeRead: { gate.wait() })
    let limits = SchedulerLimits(runningTexts: 1, waitingRequests: 2, cacheBytes: 100)
    let scheduler = try scheduler(predictor, limits: limits)
    func code(_ request: GenerationRequest) -> GenerationError.Code? {
      do throws(GenerationError) {
        _ = try scheduler.stream(request)
        return nil
      } catch { return error.code }
    }
    #expect(code(GenerationRequest("a", options: greedy(200))) == .promptTooLong)
    #expect(code(GenerationRequest(.text(String(repeating: "a", count: 501)))) == .promptTooLong)
    #expect(code(GenerationRequest(.tokens([999]))) == .invalidToken)
    #expect(code(GenerationRequest("a", options: greedy(1), choiceCount: 2)) == .invalidOption)
    let first = try scheduler.stream(GenerationRequest("a", options: greedy(1)))
    // From here on it is being read, until the gate opens, and no longer waits.
    while scheduler.statistics.readingTexts == 0 { try await Task.sleep(for: .milliseconds(1)) }
    let kept = [first] + (0..<4).compactMap { _ in try? scheduler.stream(GenerationRequest("a", options: greedy(1))) }
    #expect(kept.count == 3)
    #expect(code(GenerationRequest("a", options: greedy(1))) == .overloaded)
    gate.open()
    for stream in kept { #expect(try await outcome(of: stream).texts[0] == "b") }
    scheduler.shutDown()
    #expect(code(GenerationRequest("a", options: greedy(1))) == .ended)
  }

  @Test func probabilitiesOfThePromptAreThoseOfItsTokens() async throws {
    let scheduler = try scheduler(FakePredictor(contextLength: 300))
    let text = String(repeating: "abcdefgh", count: 20)
    let request = GenerationRequest(.text(text), options: greedy(1), promptLogProbabilities: 2)
    let scores = try await #require(outcome(of: scheduler.stream(request)).reading?.logProbabilities)
    #expect(scores.count == 160 && scores[0] == nil)
    // After a comes b with a score of 5 among 257.
    let likely = -log(1 + 256 * exp(Float(-5)))
    #expect(abs((scores[1]?.logProbability ?? 0) - likely) < 1e-4)
    #expect(abs((scores[8]?.logProbability ?? 0) - (likely - 5)) < 1e-4)
    #expect(scores.dropFirst().map { $0?.alternatives.first?.token } == text.utf8.dropLast().map { Int($0) + 1 })
  }

  @Test func workRunsBetweenSteps() async throws {
    let scheduler = try scheduler(FakePredictor())
    #expect(try await scheduler.perform { 42 } == 42)
    scheduler.shutDown()
    await #expect(throws: GenerationError.self) { try await scheduler.perform { 42 } }
  }

  @Test func shuttingDownLetsTextsEndOrCancelsThem() async throws {
    let ending = try scheduler(FakePredictor())
    let stream = try ending.stream(GenerationRequest("a", options: greedy(30)))
    ending.shutDown()
    #expect(try await outcome(of: stream).texts[0]?.count == 30)
    let cancelling = try scheduler(FakePredictor(contextLength: 100_000))
    let cut = try cancelling.stream(GenerationRequest("a", options: greedy(2000)))
    cancelling.shutDown(cancelling: true)
    await #expect(throws: GenerationError.self) { _ = try await outcome(of: cut) }
  }
}
