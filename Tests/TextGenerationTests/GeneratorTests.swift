import Foundation
import Synchronization
import Testing
import TextGeneration

/// The text and summary of a generation.
private func run(
  _ generator: Generator, _ prompt: Prompt, _ options: GenerationOptions
) throws -> (text: String, tokens: [Int], summary: GenerationSummary) {
  var (text, tokens) = ("", [Int]())
  let summary = try generator.generate(prompt, options: options) { event in
    text += event.text
    if let token = event.token { tokens.append(token) }
    return true
  }
  return (text, tokens, summary)
}

@Suite struct GeneratorTests {
  let greedy = GenerationOptions(sampling: .greedy, maxTokens: 5)

  @Test func continuesAPrompt() throws {
    let result = try run(Generator(), "ABC", greedy)
    #expect(result.text == "DEFGH")
    #expect(result.tokens == [68, 69, 70, 71, 72])
    #expect(result.summary.reason == .maxTokens)
    #expect(result.summary.promptTokens == 3)
    #expect(result.summary.generatedTokens == 5)
  }

  @Test func zeroTokensGenerateNothing() throws {
    var options = greedy
    options.maxTokens = 0
    let result = try run(Generator(), "ABC", options)
    #expect(result.text == "" && result.summary.reason == .maxTokens)
  }

  @Test func promptsAreReadInChunks() throws {
    let predictor = FakePredictor(contextLength: 2_000)
    let result = try run(Generator(predictor), .tokens(Array(repeating: 70, count: 1_100)), greedy)
    #expect(predictor.reads.withLock { $0 } == [512, 512, 76, 1, 1, 1, 1])
    #expect(result.text == "GHIJK")
  }

  @Test func endOfTextEnds() throws {
    let generator = Generator(FakePredictor(ending: [70]))
    let result = try run(generator, "C", greedy)
    #expect(result.text == "DEF")
    #expect(result.summary.reason == .endOfText(token: 256))
    #expect(result.summary.generatedTokens == 4)
    var options = greedy
    options.stopTokens = [69]
    #expect(try run(generator, "C", options).text == "D")
    options.stopsAtEndOfText = false
    options.stopTokens = []
    #expect(try run(generator, "C", options).tokens.contains(256))
  }

  @Test func aCharacterThatNeverEndsIsShownAsBroken() throws {
    // After 0xE1 comes 0xE2, the first of three bytes.
    let options = GenerationOptions(sampling: .greedy, maxTokens: 1)
    #expect(try run(Generator(), .tokens([0xE1]), options).text == "\u{FFFD}")
  }

  @Test func penaltiesSeeThePrompt() throws {
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 0, presencePenalty: 10), maxTokens: 1)
    #expect(try run(Generator(), "CA", options).text == "B")
    #expect(try run(Generator(), "BA", options).text != "B")
  }

  @Test func stopStringsAreCutAcrossTokens() throws {
    var options = greedy
    options.maxTokens = 20
    options.stopStrings = ["FGH", "zzz"]
    let result = try run(Generator(), "A", options)
    #expect(result.text == "BCDE")
    #expect(result.summary.reason == .stopString("FGH"))
    // What was held back and came to nothing is not lost.
    options.maxTokens = 6
    #expect(try run(Generator(), "A", options).text == "BCDEFG")
  }

  @Test func aFullContextEndsAndOneTokenMoreIsStillChosen() throws {
    let generator = Generator(FakePredictor(contextLength: 8))
    let result = try run(generator, "ABCDEF", GenerationOptions(sampling: .greedy, maxTokens: nil))
    #expect(result.text == "GHI")
    #expect(result.summary.reason == .contextFull)
  }

  @Test func aPromptLongerThanTheContextIsATypedErrorWithTheCounts() throws {
    let generator = Generator(FakePredictor(contextLength: 8))
    #expect { try run(generator, "ABCDEFGHI", greedy) } throws: {
      guard let error = $0 as? GenerationError else { return false }
      return error.code == .promptTooLong && error.message.contains("9 tokens") && error.message.contains("holds 8")
    }
    #expect(try run(generator, "ABCDEFGH", greedy).text == "I")
  }

  @Test func badPromptsAndOptionsAreTypedErrors() throws {
    func code(_ prompt: Prompt, _ options: GenerationOptions, _ predictor: FakePredictor = FakePredictor())
      -> GenerationError.Code?
    {
      do { _ = try run(Generator(predictor), prompt, options) } catch { return (error as? GenerationError)?.code }
      return nil
    }
    #expect(code(.tokens([1, 257]), greedy) == .invalidToken)
    #expect(code(.tokens([-1]), greedy) == .invalidToken)
    #expect(code("A", GenerationOptions(maxTokens: -1)) == .invalidOption)
    #expect(code("A", GenerationOptions(stopStrings: [""])) == .invalidOption)
    #expect(code("A", GenerationOptions(sampling: SamplingOptions(topP: .nan))) == .invalidOption)
  }

  @Test func anEmptyPromptBeginsWithTheBeginningToken() throws {
    #expect(try run(Generator(), "", greedy).text == "BCDEF")
    // Without one, with the token that separates texts.
    #expect(try run(Generator(FakePredictor(beginningToken: nil)), "", greedy).summary.promptTokens == 1)
  }

  @Test func sameSeedSameText() throws {
    func text(_ seed: UInt64?) throws -> (String, UInt64) {
      let sampling = SamplingOptions(temperature: 2, seed: seed)
      let result = try run(Generator(), "A", GenerationOptions(sampling: sampling, maxTokens: 40))
      return (result.text, result.summary.seed)
    }
    #expect(try text(1) == text(1))
    #expect(try text(1).0 != text(2).0)
    let fresh = try text(nil)
    #expect(try text(fresh.1).0 == fresh.0)
  }

  @Test func eventsTellProbabilitiesWhereAsked() throws {
    var options = greedy
    for wanted in [true, false] {
      options.topLogProbabilities = wanted ? 0 : nil
      var events: [GenerationEvent] = []
      try Generator().generate("A", options: options) {
        events.append($0); return true
      }
      #expect(events.dropLast().allSatisfy { ($0.logProbability != nil) == wanted })
      #expect(events.count == 6 && events.last?.summary != nil)
    }
  }

  @Test func theCallbackEndsTheGeneration() throws {
    var text = ""
    let summary = try Generator().generate("A", options: greedy) { event in
      text += event.text
      return text.count < 2
    }
    #expect(text == "BC" && summary.reason == .cancelled)
  }
}

@Suite struct GenerationStreamTests {
  let options = GenerationOptions(sampling: .greedy, maxTokens: 5)

  @Test func streamsWhatTheCallbackGets() async throws {
    var (text, summary) = ("", GenerationSummary?.none)
    for try await event in Generator().stream("ABC", options: options) {
      text += event.text
      summary = event.summary ?? summary
    }
    #expect(text == "DEFGH")
    #expect(summary?.reason == .maxTokens)
  }

  @Test func errorsEndTheStream() async throws {
    await #expect(throws: GenerationError.self) {
      for try await _ in Generator(FakePredictor(contextLength: 2)).stream("ABC", options: options) {}
    }
  }

  @Test(.timeLimit(.minutes(1))) func leavingTheLoopEndsTheWork() async throws {
    let predictor = FakePredictor(contextLength: .max, beforeRead: { Thread.sleep(forTimeInterval: 0.001) })
    for try await event in Generator(predictor).stream("A", options: GenerationOptions(maxTokens: nil))
    where event.token != nil {
      break
    }
    try await expectNoMoreReads(predictor)
  }

  @Test(.timeLimit(.minutes(1))) func cancellingTheTaskEndsTheWork() async throws {
    let predictor = FakePredictor(contextLength: .max, beforeRead: { Thread.sleep(forTimeInterval: 0.001) })
    let task = Task {
      for try await _ in Generator(predictor).stream("A", options: GenerationOptions(maxTokens: nil)) {}
    }
    while predictor.reads.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
    task.cancel()
    try await task.value
    try await expectNoMoreReads(predictor)
  }

  private func expectNoMoreReads(_ predictor: FakePredictor) async throws {
    try await Task.sleep(for: .milliseconds(100))
    let count = predictor.reads.withLock { $0.count }
    try await Task.sleep(for: .milliseconds(100))
    #expect(predictor.reads.withLock { $0.count } == count)
  }

  /// Generations do not hold the threads that Swift's tasks share: many at once leave room for others.
  @Test(.timeLimit(.minutes(1))) func manyStreamsLeaveTheCooperativeThreadsFree() async throws {
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<32 {
        group.addTask {
          var text = ""
          for try await event in Generator().stream("A", options: options) { text += event.text }
          return text
        }
      }
      return try await group.reduce(into: [String]()) { $0.append($1) }
    }
    #expect(texts == Array(repeating: "BCDEF", count: 32))
  }
}
