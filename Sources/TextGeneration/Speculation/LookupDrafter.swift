/// Guesses that the text goes on as it did before: it finds the longest end of the text that has occurred earlier, and
/// copies what came after it. Pairs of tokens are chained from each occurrence to the one before, as compressors of
/// the family of LZ77 find their matches.
final class LookupDrafter: Drafter {
  private struct Pair: Hashable { let first, second: Int }

  /// How many earlier occurrences are looked at, and how long a match needs no longer one.
  private static let (mostCandidates, longEnough) = (64, 16)

  /// Where each pair last ended.
  private var latest: [Pair: Int] = [:]
  /// For every position, where the pair that ends there ended before; -1 where it did not.
  private var previous: [Int] = []

  func read(_ tokens: [Int], isCancelled: () -> Bool) {
    for position in previous.count..<max(previous.count, tokens.count) {
      guard position > 0 else {
        previous.append(-1)
        continue
      }
      let pair = Pair(first: tokens[position - 1], second: tokens[position])
      previous.append(latest[pair] ?? -1)
      latest[pair] = position
    }
  }

  func draft(after tokens: [Int], _ request: DraftRequest, isCancelled: () -> Bool) -> [Int] {
    read(tokens, isCancelled: isCancelled)
    guard request.count > 0, let match = longestMatch(tokens) else { return [] }
    let distance = tokens.count - 1 - match
    var draft: [Int] = []
    while draft.count < request.count {
      let source = match + 1 + draft.count
      // A match that reaches into its own copy repeats itself.
      let token = source < tokens.count ? tokens[source] : draft[draft.count - distance]
      draft.append(token)
      if request.endTokens.contains(token) { break }
    }
    return draft
  }

  func truncate(to count: Int) {
    guard count < previous.count else { return }
    // Rare, and quick to make again.
    latest = [:]
    previous = []
  }

  /// Where the longest earlier copy of the text's end ends; of equally long ones, the latest.
  private func longestMatch(_ tokens: [Int]) -> Int? {
    let end = tokens.count - 1
    var (best, longest) = (Int?.none, 0)
    var candidate = previous.last ?? -1
    for _ in 0..<Self.mostCandidates where candidate >= 0 {
      var length = 0
      while length <= candidate, length < Self.longEnough, tokens[candidate - length] == tokens[end - length] {
        length += 1
      }
      if length > longest { (best, longest) = (candidate, length) }
      if length == Self.longEnough { break }
      candidate = previous[candidate]
    }
    return best
  }
}
