/// A text as the model reads it: the tokens of it, and guesses of the next ones that were read along with the last.
final class ReadText {
  /// How many tokens of a prompt are read in one pass: enough to fill the matrix kernels, few enough that memory stays
  /// small and a cancelled generation ends soon.
  static let chunkLength = 512

  private let sequence: any PredictedSequence
  private let contextLength: Int
  private let drafter: (any Drafter)?
  private var draftLength: DraftLength
  /// The tokens of the text that have been read.
  private(set) var tokens: [Int] = []
  /// Guesses that have been read after them, each with the scores of what comes next.
  private var guesses: ArraySlice<(token: Int, scores: [Float])> = []
  /// How many of the last guesses proved right.
  private var right = 0
  /// How many tokens have been guessed since the text began.
  private(set) var draftedTokens = 0

  init(_ predictor: any TokenPredictor, speculation: Speculation?) {
    sequence = predictor.makeSequence()
    contextLength = predictor.contextLength
    drafter = speculation?.makeDrafter()
    draftLength = DraftLength(most: speculation?.maxTokens ?? 0)
  }

  /// Whether another token can be read.
  var isFull: Bool { tokens.count >= contextLength }

  /// Keeps the tokens that begin `ids` too, but leaves at least one to read, for its scores.
  /// - Returns: How many were kept.
  func forgetWhatDiffers(from ids: [Int]) -> Int {
    let common = ids.dropLast().countShared(with: tokens[...])
    guesses = []
    draftedTokens = 0
    sequence.truncate(to: common)
    let kept = sequence.count
    tokens.removeSubrange(kept...)
    drafter?.truncate(to: kept)
    return kept
  }

  /// Reads the rest of a prompt.
  /// - Returns: The scores of what comes next; nil when cancelled.
  func read(_ ids: ArraySlice<Int>, _ isCancelled: () -> Bool) throws -> [Float]? {
    let scores = try sequence.read(ids, isCancelled) { tokens += $0 }
    if scores != nil { try drafter?.read(tokens, isCancelled: isCancelled) }
    return scores
  }

  /// Whether a token is the one that was guessed.
  func guessed(_ token: Int) -> Bool { guesses.first?.token == token }

  /// Adds the token that was chosen. Reads it, unless it was guessed, and with it new guesses.
  /// - Returns: The scores of what comes next.
  func append(_ token: Int, _ request: DraftRequest, isCancelled: () -> Bool) throws -> [Float] {
    if let guess = guesses.first, guess.token == token {
      guesses.removeFirst()
      right += 1
      tokens.append(token)
      if guesses.isEmpty { draftLength.record(drafted: right, accepted: right) }
      return guess.scores
    }
    if !guesses.isEmpty {
      draftLength.record(drafted: right + guesses.count, accepted: right)
      guesses = []
      sequence.truncate(to: tokens.count)
    }
    right = 0
    tokens.append(token)
    do {
      let draft = try draft(request, isCancelled)
      guard !draft.isEmpty else { return try sequence.read([token]) }
      let scores = try sequence.readAll([token] + draft)
      draftedTokens += draft.count
      guesses = zip(draft, scores.dropFirst()).map { ($0, $1) }[...]
      return scores[0]
    } catch {
      tokens.removeLast()
      throw error
    }
  }

  private func draft(_ request: DraftRequest, _ isCancelled: () -> Bool) throws -> [Int] {
    var request = request
    request.count = min(request.count, contextLength - tokens.count)
    guard let drafter, request.count > 0 else { return [] }
    request.count = min(request.count, draftLength.next())
    return request.count > 0 ? try drafter.draft(after: tokens, request, isCancelled: isCancelled) : []
  }
}

extension PredictedSequence {
  /// Reads tokens chunk by chunk.
  /// - Parameter onChunk: Told each chunk that was read.
  /// - Returns: The scores of what comes next; nil when cancelled in between.
  func read(
    _ ids: ArraySlice<Int>, _ isCancelled: () -> Bool, onChunk: ([Int]) -> Void = { _ in }
  ) throws -> [Float]? {
    var scores: [Float]?
    var rest = ids
    while !rest.isEmpty {
      if isCancelled() { return nil }
      let chunk = Array(rest.prefix(ReadText.chunkLength))
      scores = try read(chunk)
      onChunk(chunk)
      rest = rest.dropFirst(chunk.count)
    }
    return scores
  }
}
