/// How many tokens it pays to guess: as many as proved right of late.
///
/// It doubles while every guess is right, falls back to what was right and one more, and rests for a while, longer each
/// time, when even a single guess is wrong. Only right and wrong decide, no clock: the same text is guessed the same
/// way every time.
struct DraftLength {
  private static let longestRest = 32

  private let most: Int
  private var length: Int
  private var rest = 0
  private var nextRest = 2

  init(most: Int) {
    self.most = most
    length = min(4, most)
  }

  /// How many to guess for the next pass; 0 while it rests.
  mutating func next() -> Int {
    if rest > 0 {
      rest -= 1
      return 0
    }
    return length
  }

  /// Learns what became of the last guesses.
  mutating func record(drafted: Int, accepted: Int) {
    guard drafted > 0 else { return }
    if accepted == drafted {
      length = min(most, 2 * max(length, drafted))
      nextRest = 2
    } else if accepted > 0 {
      length = min(most, accepted + 1)
      nextRest = 2
    } else if drafted > 1 {
      length = max(1, drafted / 2)
    } else {
      length = 1
      rest = nextRest
      nextRest = min(Self.longestRest, 2 * nextRest)
    }
  }
}
