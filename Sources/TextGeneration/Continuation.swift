/// A sequence that grows by prompts and generated tokens: the loop of a generation, with what it leaves behind.
///
/// Used again, it reads only the part of the next prompt in which that differs from what it has read.
final class Continuation {
  private let generator: Generator
  private let text: ReadText

  init(_ generator: Generator) {
    self.generator = generator
    text = ReadText(generator.predictor, speculation: generator.speculation)
  }

  private var predictor: any TokenPredictor { generator.predictor }

  @discardableResult
  func generate(
    _ prompt: Prompt, options: GenerationOptions, isCancelled: () -> Bool,
    onEvent: (GenerationEvent) throws -> Bool
  ) throws -> GenerationSummary {
    try options.validate(vocabularySize: predictor.vocabularySize)
    let ids = try prompt.ids(for: predictor, coder: generator.coder)
    var growing = try GrowingText(
      after: ids, options, predictor: predictor, coder: generator.coder,
      breakers: SequenceBreakers(of: options, for: generator.coder, vocabularySize: predictor.vocabularySize))

    let clock = ContinuousClock()
    let beginning = clock.now
    let reusedTokens = text.forgetWhatDiffers(from: ids)
    var logits = try text.read(ids[reusedTokens...], isCancelled)
    let promptEnd = clock.now

    var acceptedTokens = 0
    func step() throws -> FinishReason? {
      if isCancelled() { return .cancelled }
      guard let scores = logits else { return .cancelled }
      let step = try growing.take(scores, isDrafted: text.guessed)
      if let token = step.token, text.guessed(token) { acceptedTokens += 1 }
      guard let event = step.event, let token = step.token else { return step.reason }
      let goesOn = try onEvent(event)
      if case .stopString = step.reason { return step.reason }
      if !goesOn { return .cancelled }
      if let reason = step.reason { return reason }
      if text.isFull { return .contextFull }
      // After the last guess one more token is chosen.
      logits = try text.append(
        token,
        DraftRequest(count: growing.tokensLeft - 1, endTokens: growing.endingTokens, sampler: growing.sampler),
        isCancelled: isCancelled)
      return nil
    }
    var reason: FinishReason?
    while reason == nil { reason = try step() }

    let rest = growing.finish()
    let summary = GenerationSummary(
      reason: rest.match.map(FinishReason.stopString) ?? reason ?? .cancelled, promptTokens: ids.count,
      reusedTokens: reusedTokens, generatedTokens: growing.tokenCount, draftedTokens: text.draftedTokens,
      acceptedTokens: acceptedTokens,
      promptSeconds: (promptEnd - beginning) / .seconds(1), generationSeconds: (clock.now - promptEnd) / .seconds(1),
      seed: growing.sampler.seed)
    _ = try onEvent(.last(rest.text, summary))
    return summary
  }
}
