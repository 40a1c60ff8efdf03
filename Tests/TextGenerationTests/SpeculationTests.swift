import Foundation
import LanguageModels
import TextGeneration
import Tokenization
import Synchronization
import Tensors
import Testing

/// What a generation gave: tokens, text, how it ended, and whether each token had been guessed.
private struct Result: Equatable {
  var text = ""
  var tokens: [Int] = []
  var probabilities: [Float?] = []
  var guessed: [Bool] = []
  var summary: GenerationSummary?

  init(_ generator: Generator, _ prompt: Prompt, _ options: GenerationOptions) throws {
    summary = try generator.generate(prompt, options: options) { event in
      text += event.text
      if let token = event.token {
        tokens.append(token)
        probabilities.append(event.logProbability)
        guessed.append(event.wasDrafted)
      }
      return true
    }
  }

  /// The same text, for the same reason.
  static func == (a: Result, b: Result) -> Bool {
    a.text == b.text && a.tokens == b.tokens && a.probabilities == b.probabilities
      && a.summary?.reason == b.summary?.reason && a.summary?.generatedTokens == b.summary?.generatedTokens
  }
}

@Suite struct SpeculationTests {
  let greedy = GenerationOptions(sampling: .greedy, maxTokens: 20)

  /// A generator of a fake model whose guesses come from another.
  private func generator(
    _ predictor: FakePredictor = FakePredictor(), guessing draft: FakePredictor, maxTokens: Int = 7
  ) throws -> Generator {
    try Generator(predictor).speculating(.draft(predictor: draft, coder: FakeCoder(), maxTokens: maxTokens))
  }

  @Test func rightGuessesAreReadTogether() throws {
    let predictor = FakePredictor()
    let result = try Result(generator(predictor, guessing: FakePredictor()), "ABC", greedy)
    #expect(try result == Result(Generator(), "ABC", greedy))
    // After the prompt and its token: 4 guesses, then 7, then those of the last 7 tokens that are of use.
    #expect(predictor.reads.withLock { $0 } == [3, 5, 8, 6])
    #expect(result.summary?.draftedTokens == 16 && result.summary?.acceptedTokens == 16)
    #expect(result.guessed.count { $0 } == 16)
  }

  @Test func wrongGuessesAreForgottenAndSoonMadeLessOften() throws {
    let predictor = FakePredictor(contextLength: 512)
    var options = greedy
    options.maxTokens = 200
    let result = try Result(generator(predictor, guessing: FakePredictor(step: 2)), "ABC", options)
    #expect(try result == Result(Generator(FakePredictor(contextLength: 512)), "ABC", options))
    let summary = try #require(result.summary)
    #expect(summary.acceptedTokens == 0 && summary.acceptance == 0)
    // The draft's context is 64; until then guesses become few.
    #expect((5..<20).contains(summary.draftedTokens), "\(summary.draftedTokens)")
    #expect(predictor.held.withLock { $0 }.count == 202)
  }

  @Test(arguments: 0...20) func theMostTokensEndAmongGuesses(_ count: Int) throws {
    var options = greedy
    options.maxTokens = count
    let result = try Result(generator(guessing: FakePredictor()), "A", options)
    #expect(try result == Result(Generator(), "A", options))
    // Nothing is guessed that could not be used.
    #expect(result.summary?.draftedTokens == result.summary?.acceptedTokens)
  }

  @Test(arguments: 4...24) func theContextEndsAmongGuesses(_ length: Int) throws {
    let options = GenerationOptions(sampling: .greedy, maxTokens: nil)
    let result = try Result(
      generator(FakePredictor(contextLength: length), guessing: FakePredictor()), "ABC", options)
    #expect(try result == Result(Generator(FakePredictor(contextLength: length)), "ABC", options))
    #expect(result.summary?.reason == .contextFull)
  }

  @Test(arguments: 3...24) func aDraftModelMayHaveASmallerContext(_ length: Int) throws {
    let result = try Result(generator(guessing: FakePredictor(contextLength: length)), "ABC", greedy)
    #expect(try result == Result(Generator(), "ABC", greedy))
    #expect(result.summary?.draftedTokens == result.summary?.acceptedTokens)
  }

  @Test(arguments: 67...80) func endOfTextEndsAmongGuesses(_ last: Int) throws {
    let result = try Result(generator(FakePredictor(ending: [last]), guessing: FakePredictor()), "ABC", greedy)
    #expect(try result == Result(Generator(FakePredictor(ending: [last])), "ABC", greedy))
    #expect(result.summary?.reason == .endOfText(token: 256))
    // Nothing is guessed to come after the end.
    let agreeing = try Result(
      generator(FakePredictor(ending: [last]), guessing: FakePredictor(ending: [last])), "ABC", greedy)
    #expect(agreeing == result)
    #expect(agreeing.summary?.draftedTokens == agreeing.summary?.acceptedTokens)
  }

  @Test(arguments: ["E", "FG", "HIJ", "MNOP", "T"]) func stopStringsEndAmongGuesses(_ stop: String) throws {
    var options = greedy
    options.stopStrings = [stop, "zzz"]
    let result = try Result(generator(guessing: FakePredictor()), "ABC", options)
    #expect(try result == Result(Generator(), "ABC", options))
    #expect(result.summary?.reason == .stopString(stop))
  }

  @Test func theCallbackEndsAmongGuesses() throws {
    var text = ""
    let summary = try generator(guessing: FakePredictor()).generate("A", options: greedy) { event in
      text += event.text
      return text.count < 4
    }
    #expect(text == "BCDE" && summary.reason == .cancelled && summary.acceptedTokens == 3)
  }

  @Test func lookupFindsWhatTheTextHeldBefore() throws {
    let predictor = FakePredictor()
    let generator = try Generator(predictor).speculating(.lookup())
    let result = try Result(generator, "ABCDEFGHIJKLMNOPQABC", greedy)
    #expect(try result == Result(Generator(), "ABCDEFGHIJKLMNOPQABC", greedy))
    // "CD" went on with EFGH; then IJ…; after Q came A, which is wrong.
    #expect(predictor.reads.withLock { $0 }.starts(with: [20, 5, 8]))
    #expect(result.summary?.acceptedTokens == 11)
    // A text that repeats itself without end.
    let same = FakePredictor(step: 0)
    let repetition = try Result(Generator(same).speculating(.lookup()), "A", greedy)
    #expect(repetition.text == String(repeating: "A", count: 20))
    #expect(same.reads.withLock { $0 }.count < 8 && repetition.summary?.acceptance == 1)
  }

  @Test func conversationsGoOnAfterGuesses() throws {
    func replies(_ generator: Generator) throws -> [ChatMessage] {
      let conversation = Conversation(with: generator, system: "Be kind.")
      for text in ["Hi", "And? Hi", "Hi And?"] {
        let options = GenerationOptions(
          sampling: SamplingOptions(temperature: 0, logitBias: [256: -100]), maxTokens: 9)
        try conversation.reply(to: text, options: options) { _ in true }
      }
      return conversation.messages
    }
    let plain = try replies(Generator(FakePredictor(contextLength: 500)))
    // Also where more is forgotten than was asked for.
    for forgetting in [Int.max, 8] {
      func predictor() -> FakePredictor { FakePredictor(contextLength: 500, mostForgotten: forgetting) }
      #expect(try replies(Generator(predictor())) == plain)
      #expect(try replies(Generator(predictor()).speculating(.lookup())) == plain)
      #expect(try replies(generator(predictor(), guessing: predictor())) == plain)
    }
  }

  @Test(arguments: [0, 8, -1, .max]) func tooManyGuessesAreATypedError(_ count: Int) throws {
    #expect { try Generator().speculating(.lookup(maxTokens: count)) } throws: {
      ($0 as? GenerationError)?.code == .invalidOption
    }
  }

  @Test func anotherVocabularyIsATypedErrorThatNamesAToken() throws {
    let coder = FakeCoder(controls: ["<other>": 256])
    #expect { try Generator().speculating(.draft(predictor: FakePredictor(), coder: coder)) } throws: {
      guard let error = $0 as? GenerationError else { return false }
      return error.code == .mismatchedDraft && error.message.contains("token 256")
    }
    let (gpt, _) = try BuiltIn.load(.gpt)
    #expect { try Generator().speculating(.draft(predictor: CachingModel(gpt), coder: FakeCoder())) } throws: {
      guard let error = $0 as? GenerationError else { return false }
      return error.code == .mismatchedDraft && error.message.contains("1024 tokens")
    }
  }
}

private enum BuiltIn {
  static func load(_ model: BuiltInModel) throws -> (LanguageModel, Tokenizer) {
    let folder = try model.folder()
    return (try .load(from: folder), try .load(forModel: folder))
  }
}

/// The same with keys and values in every type that a cache can have.
@Suite struct CachedSpeculationTests {
  @Test(arguments: BuiltInModel.allCases, KVCacheTypes.choices)
  func guessesChangeNothing(_ name: BuiltInModel, _ type: ElementType) throws {
    let (model, tokenizer) = try BuiltIn.load(name)
    let types = try #require(KVCacheTypes(keys: type, values: type))
    let plain = Generator(model: model, tokenizer: tokenizer, cacheTypes: types)
    let options = GenerationOptions(
      sampling: SamplingOptions(temperature: 0.8, seed: 3), maxTokens: nil, stopsAtEndOfText: false,
      topLogProbabilities: 0)
    let expected = try Result(plain, "Once upon a time", options)
    let guesses: [Speculation] = [
      .lookup(), .draft(model, tokenizer: tokenizer), .draft(model, tokenizer: tokenizer, maxTokens: 3),
    ]
    for guess in guesses {
      #expect(try Result(plain.speculating(guess), "Once upon a time", options) == expected)
    }
  }
}

/// Texts of real models are the same with and without guesses, to the last bit of every probability.
@Suite struct SpeculationEquivalenceTests {
  static let samplings: [SamplingOptions] = [
    .greedy,
    SamplingOptions(temperature: 0, repetitionPenalty: 1.3, penaltyWindow: nil),
    SamplingOptions(temperature: 0.8, topP: 0.95, seed: 11),
    SamplingOptions(temperature: 1.2, seed: 12),
    SamplingOptions(temperature: 0.9, topK: 40, minP: 0.02, presencePenalty: 0.4, frequencyPenalty: 0.2, seed: 13),
  ]

  static let prompts: [Prompt] = [
    "Once upon a time",
    """
    Once upon a time there was a little dog. The little dog had a red ball. One day the little dog lost the red ball. \
    The little dog looked for the red ball. The little
    """,
  ]

  @Test(arguments: BuiltInModel.allCases, samplings.indices)
  func guessesChangeNothing(_ name: BuiltInModel, _ sampling: Int) throws {
    let (model, tokenizer) = try BuiltIn.load(name)
    var shape = model.configuration
    shape.layers = Array(shape.layers.prefix(1))
    let stranger = try LanguageModel(shape, seed: 1)
    let plain = Generator(model: model, tokenizer: tokenizer)
    var options = GenerationOptions(
      sampling: Self.samplings[sampling], maxTokens: 90, stopsAtEndOfText: false, topLogProbabilities: 0)
    for prompt in Self.prompts {
      options.maxTokens = 90
      let expected = try Result(plain, prompt, options)
      let lookup = try Result(plain.speculating(.lookup()), prompt, options)
      #expect(lookup == expected)
      for count in [1, 4, 7] {
        let own = try Result(
          plain.speculating(.draft(model, tokenizer: tokenizer, maxTokens: count)), prompt, options)
        #expect(own == expected)
        // The same model with the same random numbers is always right.
        #expect(own.summary?.acceptance == 1 && own.guessed.count { $0 } >= 90 * count / (count + 1) - count)
      }
      let other = try Result(plain.speculating(.draft(stranger, tokenizer: tokenizer)), prompt, options)
      #expect(other == expected)
      #expect((other.summary?.acceptance ?? 1) < 0.3)
      // A stop string, wherever it falls among the guesses.
      options.stopStrings = [String(expected.text.dropFirst(31).prefix(6))]
      let stopped = try Result(plain, prompt, options)
      #expect(try Result(plain.speculating(.draft(model, tokenizer: tokenizer)), prompt, options) == stopped)
      #expect(try Result(plain.speculating(.lookup()), prompt, options) == stopped)
      options.stopStrings = []
      // To the end of the context.
      options.maxTokens = nil
      let whole = try Result(plain, prompt, options)
      #expect(whole.summary?.reason == .contextFull)
      #expect(try Result(plain.speculating(.draft(model, tokenizer: tokenizer)), prompt, options) == whole)
      #expect(try Result(plain.speculating(.lookup()), prompt, options) == whole)
    }
  }
}
