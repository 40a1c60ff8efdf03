/// A sequence that grows by prompts and generated tokens: the loop of a generation, with what it leaves behind.
///
/// Used again, it reads only the part of the next prompt in which that differs from what it has read.
final class Continuation {
  /// How many tokens of a prompt are read in one pass: enough to fill the matrix kernels, few enough that memory stays
  /// small and a cancelled generation ends soon.
  static let chunkLength = 512

  private let generator: Generator
  private let sequence: any PredictedSequence
  /// The tokens that `sequence` has read.
  private var tokens: [Int] = []

  init(_ generator: Generator) {
    self.generator = generator
    sequence = generator.predictor.makeSequence()
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
    let reusedTokens = forgetWhatDiffers(from: ids)
    var logits = try read(ids[reusedTokens...], isCancelled)
    let promptEnd = clock.now

    var decoder = generator.coder.makeStreamDecoder()
    var stops = StopStrings(options.stopStrings)
    var generatedTokens = 0
    func step() throws -> FinishReason? {
      if isCancelled() { return .cancelled }
      guard let scores = logits else { return .cancelled }
      if generatedTokens >= options.maxTokens ?? .max { return .maxTokens }
      let sample = try sampler.sample(scores, wantsLogProbability: options.reportsLogProbabilities)
      generatedTokens += 1
      if endTokens.contains(sample.token) { return .endOfText(token: sample.token) }
      let text = stops.append(decoder.append(sample.token))
      let goesOn = try onEvent(
        GenerationEvent(text: text, token: sample.token, logProbability: sample.logProbability, summary: nil))
      if let match = stops.match { return .stopString(match) }
      if !goesOn { return .cancelled }
      if generatedTokens >= options.maxTokens ?? .max { return .maxTokens }
      if tokens.count >= predictor.contextLength { return .contextFull }
      logits = try read([sample.token], isCancelled)
      return nil
    }
    var reason: FinishReason?
    while reason == nil { reason = try step() }

    let rest = stops.append(decoder.finish()) + stops.finish()
    let summary = GenerationSummary(
      reason: stops.match.map(FinishReason.stopString) ?? reason ?? .cancelled, promptTokens: ids.count,
      reusedTokens: reusedTokens, generatedTokens: generatedTokens,
      promptSeconds: Self.seconds(promptEnd - beginning), generationSeconds: Self.seconds(clock.now - promptEnd),
      seed: sampler.seed)
    _ = try onEvent(GenerationEvent(text: rest, token: nil, logProbability: nil, summary: summary))
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

  /// Keeps the tokens that begin `ids` too, but leaves at least one to read, for its scores.
  /// - Returns: How many were kept.
  private func forgetWhatDiffers(from ids: [Int]) -> Int {
    let common = zip(tokens, ids.dropLast()).prefix { $0 == $1 }.count
    sequence.truncate(to: common)
    tokens.removeSubrange(common...)
    return common
  }

  /// Reads tokens chunk by chunk. Returns nil when cancelled in between.
  private func read(_ ids: ArraySlice<Int>, _ isCancelled: () -> Bool) throws -> [Float]? {
    var logits: [Float]?
    var rest = ids
    while !rest.isEmpty {
      if isCancelled() { return nil }
      let chunk = Array(rest.prefix(Self.chunkLength))
      logits = try sequence.read(chunk)
      tokens += chunk
      rest = rest.dropFirst(chunk.count)
    }
    return logits
  }

  private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
