/// Lets a model guess what a larger one will choose.
final class ModelDrafter: Drafter {
  private let predictor: any TokenPredictor
  private let sequence: any PredictedSequence
  /// What the sequence has read: the text as far as it goes, and guesses after it.
  private var held: [Int] = []
  /// How many of `held` are known to be the text's.
  private var settled = 0

  init(_ predictor: any TokenPredictor) {
    self.predictor = predictor
    sequence = predictor.makeSequence()
  }

  func read(_ tokens: [Int], isCancelled: () -> Bool) throws {
    _ = try catchUp(with: tokens, isCancelled)
  }

  func draft(after tokens: [Int], _ request: DraftRequest, isCancelled: () -> Bool) throws -> [Int] {
    // The last guess is not read. A smaller context ends the guesses, not the text.
    let count = min(request.count, predictor.contextLength - tokens.count + 1)
    guard count > 0, var scores = try catchUp(with: tokens, isCancelled) else { return [] }
    var sampler = request.sampler
    var draft: [Int] = []
    while !isCancelled() {
      // Where this model knows no token, there is no guess; the larger one may.
      guard let token = try? sampler.sample(scores).token else { break }
      draft.append(token)
      if draft.count == count || request.endTokens.contains(token) { break }
      scores = try sequence.read([token])
      held.append(token)
    }
    return draft
  }

  func truncate(to count: Int) {
    guard count < held.count else { return }
    sequence.truncate(to: count)
    held.removeSubrange(sequence.count...)
    settled = min(settled, held.count)
  }

  /// Reads what the text has gained, in place of guesses that proved wrong.
  /// - Returns: The scores after its last token; nil when cancelled, or when the text is longer than the context.
  private func catchUp(with tokens: [Int], _ isCancelled: () -> Bool) throws -> [Float]? {
    guard !tokens.isEmpty, tokens.count <= predictor.contextLength else { return nil }
    let common = held[settled...].countShared(with: tokens[min(settled, tokens.count)...])
    // The last token is read again if need be, for its scores.
    truncate(to: min(settled + common, tokens.count - 1))
    settled = held.count
    return try sequence.read(tokens[settled...], isCancelled) { chunk in
      held += chunk
      settled = held.count
    }
  }
}
