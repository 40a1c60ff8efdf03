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
    var sampler = try Sampler(options.sampling, vocabularySize: predictor.vocabularySize)
    let ids = try checked(prompt.encoded(by: generator.coder))
    for id in ids { sampler.accept(id) }
    let endTokens = Set(options.stopTokens + (options.stopsAtEndOfText ? predictor.endTokens : []))

    let clock = ContinuousClock()
    let beginning = clock.now
    let reusedTokens = text.forgetWhatDiffers(from: ids)
    var logits = try text.read(ids[reusedTokens...], isCancelled)
    let promptEnd = clock.now

    var decoder = generator.coder.makeStreamDecoder()
    var stops = StopStrings(options.stopStrings)
    var (generatedTokens, acceptedTokens) = (0, 0)
    func step() throws -> FinishReason? {
      if isCancelled() { return .cancelled }
      guard let scores = logits else { return .cancelled }
      if generatedTokens >= options.maxTokens ?? .max { return .maxTokens }
      let sample = try sampler.sample(scores, wantsLogProbability: options.reportsLogProbabilities)
      let wasDrafted = text.guessed(sample.token)
      generatedTokens += 1
      if wasDrafted { acceptedTokens += 1 }
      if endTokens.contains(sample.token) { return .endOfText(token: sample.token) }
      let piece = stops.append(decoder.append(sample.token))
      let goesOn = try onEvent(
        GenerationEvent(
          text: piece, token: sample.token, logProbability: sample.logProbability, wasDrafted: wasDrafted, summary: nil)
      )
      if let match = stops.match { return .stopString(match) }
      if !goesOn { return .cancelled }
      if generatedTokens >= options.maxTokens ?? .max { return .maxTokens }
      if text.isFull { return .contextFull }
      // After the last guess one more token is chosen.
      let useful = (options.maxTokens ?? .max) - generatedTokens - 1
      logits = try text.append(
        sample.token, DraftRequest(count: useful, endTokens: endTokens, sampler: sampler), isCancelled: isCancelled)
      return nil
    }
    var reason: FinishReason?
    while reason == nil { reason = try step() }

    let rest = stops.append(decoder.finish()) + stops.finish()
    let summary = GenerationSummary(
      reason: stops.match.map(FinishReason.stopString) ?? reason ?? .cancelled, promptTokens: ids.count,
      reusedTokens: reusedTokens, generatedTokens: generatedTokens, draftedTokens: text.draftedTokens,
      acceptedTokens: acceptedTokens,
      promptSeconds: Self.seconds(promptEnd - beginning), generationSeconds: Self.seconds(clock.now - promptEnd),
      seed: sampler.seed)
    _ = try onEvent(GenerationEvent(text: rest, token: nil, logProbability: nil, wasDrafted: false, summary: summary))
    return summary
  }

  /// The prompt's ids, if the model can take them.
  private func checked(_ ids: [Int]) throws(GenerationError) -> [Int] {
    var ids = ids
    if ids.isEmpty, let first = predictor.beginningToken ?? predictor.endTokens.first { ids = [first] }
    guard !ids.isEmpty else {
      throw GenerationError(
        .emptyPrompt, "the prompt is empty, and this model has no token to begin with; give some text.")
    }
    guard ids.count <= predictor.contextLength else {
      throw GenerationError(
        .promptTooLong,
        "the prompt has \(ids.count) tokens, but the model's context holds \(predictor.contextLength); shorten it.")
    }
    if let id = ids.first(where: { $0 < 0 || $0 >= predictor.vocabularySize }) {
      throw GenerationError(
        .invalidToken,
        "token id \(id) of the prompt is outside the model's 0..<\(predictor.vocabularySize); use its own tokenizer.")
    }
    return ids
  }

  private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
