import Foundation

/// What removes candidates.
extension Candidates {
  /// Keeps the `k` best tokens.
  mutating func keepBest(_ k: Int) {
    guard k > 0 else { return }
    if scores != nil {
      if collect(best: k) { order(first: k) }
    } else if k < list.count {
      order(first: k)
      list.removeSubrange(k...)
      orderedCount = k
    }
  }

  /// Keeps the fewest best tokens whose probabilities sum to at least `mass`.
  mutating func keepNucleus(_ mass: Float) {
    guard mass < 1 else { return }
    let largest = largestLogit
    let goal = Double(mass) * exponentialSums.weights
    if let scores {
      // Most nuclei are small: look among a few of the best, and among all only where they do not suffice.
      for count in [256, 4_096, .max] where self.scores != nil {
        if collect(best: count), list.reduce(0, { $0 + weight($1, largest) }) < goal { self.scores = scores }
      }
    }
    guard list.count > 1 else { return }
    var (kept, sum) = (0, 0.0)
    repeat {
      if kept == orderedCount {
        if list.count <= 4_096 { order(first: max(64, 4 * orderedCount)) } else { orderAll() }
      }
      sum += weight(list[kept], largest)
      kept += 1
    } while sum < goal && kept < list.count
    list.removeSubrange(kept...)
    orderedCount = kept
  }

  /// Keeps the tokens at least `fraction` times as probable as the best.
  mutating func keepAbove(fraction: Float) {
    guard fraction > 0 else { return }
    keep(atLeast: Double(largestLogit) + log(Double(fraction)) / scale)
  }

  /// Keeps the tokens whose scores lie at most `n` standard deviations of all scores below the best.
  mutating func keepTopSigma(_ n: Float) {
    guard n > 0 else { return }
    let largest = largestLogit
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    // Measured from the largest, so that the squares stay small.
    func add(_ logit: Float) {
      let distance = Double(logit) - Double(largest)
      count += 1
      sum += distance
      squares += distance * distance
    }
    if let scores {
      for score in scores where score > -.infinity { add(min(score, .greatestFiniteMagnitude)) }
    } else {
      for candidate in list { add(candidate.logit) }
    }
    guard count > 1 else { return }
    let variance = squares / count - sum / count * (sum / count)
    keep(atLeast: Double(largest) - Double(n) * max(0, variance).squareRoot())
  }

  /// Keeps the tokens whose surprise −ln p is nearest the distribution's entropy, until they hold `mass`.
  mutating func keepTypical(_ mass: Float) {
    guard mass < 1 else { return }
    collectAll()
    guard list.count > 1 else { return }
    let (largest, sums) = (largestLogit, exponentialSums)
    // With w = exp(x) of their sum: −ln p = ln(sum) − x, and the entropy is its mean. So x − mean(x) is what counts.
    let mean = sums.products / sums.weights
    var ranked = list.map { (candidate: $0, distance: abs(exponent($0, largest) - mean)) }
    var (kept, sum, ordered) = (0, 0.0, 0)
    repeat {
      if kept == ordered {
        let more = min(ranked.count, max(64, 4 * ordered))
        ranked.order(first: more, after: ordered) {
          ($0.distance, $0.candidate.token) < ($1.distance, $1.candidate.token)
        }
        ordered = more
      }
      sum += weight(ranked[kept].candidate, largest)
      kept += 1
    } while sum < Double(mass) * sums.weights && kept < ranked.count
    list = ranked[..<kept].map(\.candidate)
    orderedCount = 0
  }

  /// Of the tokens with at least this probability, keeps only the least probable; keeps all that are below.
  mutating func excludeTopChoices(_ threshold: Float) {
    let (largest, total) = (largestLogit, exponentialSums.weights)
    var reaching = list
    if let scores {
      // A little lower than need be; what counts is the probability.
      let bound = Float(Double(largest) + (log(Double(threshold) * total) - 1e-5) / scale).nextDown
      scores.forEach(above: bound) { token, score in
        reaching.append(Candidate(token: token, logit: score))
        return bound
      }
    }
    reaching.removeAll { weight($0, largest) / total < Double(threshold) }
    guard reaching.count > 1, let least = reaching.max(by: Candidate.precedes) else { return }
    if scores != nil {
      for candidate in reaching where candidate != least { scores?[candidate.token] = -.infinity }
    } else {
      list.removeAll { Candidate.precedes($0, least) }
      orderedCount = max(0, orderedCount - (reaching.count - 1))
    }
  }

  /// Keeps the tokens whose surprise −log₂ p is at most `bits`.
  mutating func keepSurprise(upTo bits: Double) {
    keep(atLeast: Double(largestLogit) + (log(exponentialSums.weights) - bits * log(2)) / scale)
  }
}
