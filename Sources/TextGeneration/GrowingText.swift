import Grammars

/// One text as it grows: chooses its tokens from scores, turns them into text, and knows when it has ended.
///
/// It does not read: whoever has a model brings the scores. A copy goes on by itself.
struct GrowingText {
  /// One more token, or the end.
  struct Step {
    /// What the token brought; nil for a token that ends the text.
    let event: GenerationEvent?
    /// The token, unless nothing was chosen.
    let token: Int?
    /// Why the text ends here, if it does.
    let reason: FinishReason?
  }

  private let options: GenerationOptions
  private let endTokens: Set<Int>
  private(set) var sampler: Sampler
  private var decoder: any TextStreamDecoder
  private var stops: StopStrings
  private var banned: BannedStrings
  private var constrained: ConstrainedText?
  private let coder: any TextCoder
  /// How many tokens were chosen.
  private(set) var tokenCount = 0

  /// A text that goes on after a prompt.
  /// - Parameters:
  ///   - ids: The prompt's, which penalties look at.
  ///   - breakers: Those of the options' `DRY`, in the vocabulary's terms.
  ///   - choice: Which of several texts after one prompt this is; each has random numbers of its own.
  init(
    after ids: [Int], _ options: GenerationOptions, predictor: some TokenPredictor, coder: some TextCoder,
    breakers: SequenceBreakers, choice: Int = 0
  ) throws(GenerationError) {
    var sampling = options.sampling
    if choice > 0, let seed = sampling.seed { sampling.seed = seed &+ UInt64(choice) }
    sampler = try Sampler(sampling, vocabularySize: predictor.vocabularySize, breakers: breakers)
    for id in ids { sampler.accept(id) }
    self.options = options
    endTokens = Set(options.stopTokens + (options.stopsAtEndOfText ? predictor.endTokens : []))
    decoder = coder.makeStreamDecoder()
    stops = StopStrings(options.stopStrings)
    banned = BannedStrings(options.bannedStrings)
    constrained = options.constraint.map { ConstrainedText($0) }
    self.coder = coder
  }

  /// How many more tokens were asked for.
  var tokensLeft: Int { max(0, (options.maxTokens ?? .max) - tokenCount) }

  /// What ends the text when it is chosen.
  var endingTokens: Set<Int> { endTokens }

  /// Chooses the next token.
  /// - Parameters:
  ///   - scores: One per token of the vocabulary.
  ///   - isDrafted: Whether a token had been guessed.
  mutating func take(_ scores: [Float], isDrafted: (Int) -> Bool = { _ in false }) throws(GenerationError) -> Step {
    if tokensLeft == 0 { return Step(event: nil, token: nil, reason: .maxTokens) }
    let sample = try choose(scores)
    tokenCount += 1
    if endTokens.contains(sample.token) {
      return Step(event: nil, token: sample.token, reason: .endOfText(token: sample.token))
    }
    let text = text(of: sample.token)
    try remember(sample.token, text)
    let event = GenerationEvent(
      text: stops.append(text), token: sample.token, logProbability: sample.logProbability,
      alternatives: sample.alternatives, wasDrafted: isDrafted(sample.token), summary: nil)
    return Step(event: event, token: sample.token, reason: reasonToEnd)
  }

  private var reasonToEnd: FinishReason? {
    if let match = stops.match { return .stopString(match) }
    if constrained?.mustEnd == true { return .grammarEnd }
    return tokensLeft == 0 ? .maxTokens : nil
  }

  private mutating func choose(_ scores: [Float]) throws(GenerationError) -> Sample {
    let (constrained, banned, coder, endTokens) = (constrained, banned, coder, endTokens)
    let keepsOn = tokenCount < options.minTokens
    let isPlain = constrained == nil && banned.isEmpty && !keepsOn
    let wantsProbability = options.topLogProbabilities != nil
    if isPlain {
      return try sampler.sample(
        scores, wantsLogProbability: wantsProbability, topLogProbabilities: options.topLogProbabilities)
    }
    var failure: GrammarError?
    let sample = try sampler.sample(
      scores, wantsLogProbability: wantsProbability, topLogProbabilities: options.topLogProbabilities,
      mask: { scores in
        do throws(GrammarError) { try constrained?.mask(&scores) } catch { failure = error }
        if keepsOn { for token in endTokens where scores.indices.contains(token) { scores[token] = -.infinity } }
      },
      isForbidden: { !banned.isEmpty && banned.wouldComplete(coder.bytes(of: $0) ?? []) })
    if let failure { throw GenerationError(.invalidOption, "the grammar cannot be followed: \(failure)") }
    return sample
  }

  private mutating func remember(_ token: Int, _ text: String) throws(GenerationError) {
    if !banned.isEmpty { banned.append(coder.bytes(of: token) ?? []) }
    do { try constrained?.accept(token, text: text) } catch {
      throw GenerationError(.invalidOption, "the grammar cannot be followed: \(error)")
    }
  }

  /// What a token adds to the text.
  private mutating func text(of token: Int) -> String {
    guard options.keptControlTokens.contains(token) else { return decoder.append(token) }
    return decoder.finish() + (coder.piece(of: token) ?? "")
  }

  /// What was held back, now that no more comes; and the stop string that it brought to its end, if one.
  mutating func finish() -> (text: String, match: String?) {
    let rest = stops.append(decoder.finish()) + stops.finish()
    return (rest, stops.match)
  }
}
