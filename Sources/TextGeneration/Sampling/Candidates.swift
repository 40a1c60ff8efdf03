import Foundation

/// A token that may come next, with its score.
struct Candidate: Sendable, Hashable {
  let token: Int
  let logit: Float
}

/// The tokens that may still come next. Each step of the pipeline removes some; none removes the last.
///
/// Only as many candidates are put in order as a step looks at, because a vocabulary is large and what is kept is
/// small: selecting costs O(n), sorting what was selected O(k log k).
struct Candidates: Sendable {
  private(set) var list: [Candidate]
  /// How many of the first candidates stand in order, best first.
  private var orderedCount = 0

  /// Every token with a usable score: NaN and minus infinity are no candidates, and plus infinity is the largest score.
  init(logits: [Float]) {
    list = []
    list.reserveCapacity(logits.count)
    for (token, logit) in logits.enumerated() where logit > -.infinity {
      list.append(Candidate(token: token, logit: min(logit, .greatestFiniteMagnitude)))
    }
  }

  /// Keeps the `k` best tokens.
  mutating func keepBest(_ k: Int) {
    guard k > 0, k < list.count else { return }
    order(first: k)
    list.removeSubrange(k...)
  }

  /// Keeps the fewest best tokens whose probabilities sum to at least `mass`.
  mutating func keepNucleus(_ mass: Float) {
    guard mass < 1, list.count > 1 else { return }
    let largest = largestLogit
    let goal = Double(mass) * list.reduce(0) { $0 + weight($1, largest) }
    var (kept, sum) = (0, 0.0)
    repeat {
      // Most nuclei are small: put a few in order, and more only when they do not suffice.
      if kept == orderedCount { order(first: max(64, 4 * orderedCount)) }
      sum += weight(list[kept], largest)
      kept += 1
    } while sum < goal && kept < list.count
    list.removeSubrange(kept...)
    orderedCount = kept
  }

  /// Keeps the tokens at least `fraction` times as probable as the best.
  mutating func keepAbove(fraction: Float) {
    guard fraction > 0 else { return }
    let threshold = Double(largestLogit) + log(Double(fraction))
    let ordered = list[..<orderedCount].count { Double($0.logit) >= threshold }
    list.removeAll { Double($0.logit) < threshold }
    orderedCount = ordered
  }

  /// Keeps the tokens whose surprise −ln p is nearest the distribution's entropy, until they hold `mass`.
  mutating func keepTypical(_ mass: Float) {
    guard mass < 1, list.count > 1 else { return }
    let largest = largestLogit
    let total = list.reduce(0) { $0 + weight($1, largest) }
    // With w = exp(logit − largest): −ln p = ln(total) − (logit − largest), and entropy is its mean.
    func surprise(_ candidate: Candidate) -> Double {
      log(total) - (Double(candidate.logit) - Double(largest))
    }
    let entropy = list.reduce(0) { $0 + weight($1, largest) / total * surprise($1) }
    let ranked = list.map { (candidate: $0, distance: abs(surprise($0) - entropy)) }.sorted {
      ($0.distance, $0.candidate.token) < ($1.distance, $1.candidate.token)
    }
    var (kept, sum) = (0, 0.0)
    repeat {
      sum += weight(ranked[kept].candidate, largest)
      kept += 1
    } while sum < Double(mass) * total && kept < ranked.count
    list = ranked[..<kept].map(\.candidate)
    orderedCount = 0
  }

  /// Draws a token with probabilities proportional to exp(logit / temperature).
  /// - Parameter unit: A random number in 0..<1.
  func draw(temperature: Float, unit: Double) -> Int? {
    guard !list.isEmpty else { return nil }
    let largest = largestLogit
    var cumulative: [Double] = []
    cumulative.reserveCapacity(list.count)
    var sum = 0.0
    for candidate in list {
      sum += exp((Double(candidate.logit) - Double(largest)) / Double(temperature))
      cumulative.append(sum)
    }
    let goal = unit * sum
    // The first whose running sum exceeds the goal; an unlikely rounding at the very end takes the last.
    var (low, high) = (0, list.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > goal { high = middle } else { low = middle + 1 }
    }
    return list[low].token
  }

  private var largestLogit: Float {
    orderedCount > 0 ? list[0].logit : list.reduce(-.infinity) { max($0, $1.logit) }
  }

  private func weight(_ candidate: Candidate, _ largest: Float) -> Double {
    exp(Double(candidate.logit) - Double(largest))
  }

  /// Better means a larger score; among equals, the smaller id.
  private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    a.logit > b.logit || (a.logit == b.logit && a.token < b.token)
  }

  /// Puts the `count` best first, in order.
  private mutating func order(first count: Int) {
    let count = min(count, list.count)
    guard count > orderedCount else { return }
    // Everything in order already is better than the rest, so only the rest needs looking at.
    var (low, high) = (orderedCount, list.count - 1)
    while low < high {
      // Hoare's selection around the median of three: afterwards list[low...right] precede list[left...high].
      let pivot = median(list[low], list[(low + high) / 2], list[high])
      var (left, right) = (low, high)
      while left <= right {
        while Self.precedes(list[left], pivot) { left += 1 }
        while Self.precedes(pivot, list[right]) { right -= 1 }
        if left <= right {
          list.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if count - 1 <= right { high = right } else if count - 1 >= left { low = left } else { break }
    }
    list[orderedCount..<count].sort(by: Self.precedes)
    orderedCount = count
  }

  private func median(_ a: Candidate, _ b: Candidate, _ c: Candidate) -> Candidate {
    let (low, high) = Self.precedes(a, b) ? (a, b) : (b, a)
    return Self.precedes(c, low) ? low : Self.precedes(high, c) ? high : c
  }
}
