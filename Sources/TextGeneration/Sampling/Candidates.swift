import Foundation

/// A token that may come next, with its score.
struct Candidate: Sendable, Hashable {
  private let id: UInt32
  var logit: Float

  init(token: Int, logit: Float) {
    // No array of scores is so long as to need more.
    id = UInt32(truncatingIfNeeded: token)
    // Plus infinity is the largest score.
    self.logit = min(logit, .greatestFiniteMagnitude)
  }

  var token: Int { Int(id) }

  /// Better means a larger score; among equals, the smaller id.
  static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    a.logit > b.logit || (a.logit == b.logit && a.id < b.id)
  }
}

/// The tokens that may still come next, with probabilities proportional to exp(logit / temperature). Each step of the
/// sampler removes some; none removes the last.
///
/// They are the whole vocabulary's scores as long as no step has removed one: a list is made of those that the first
/// such step leaves, and only as many of it are put in order as a step looks at.
package struct Candidates: Sendable {
  /// The whole vocabulary's scores, of which those that are NaN or minus infinity are no candidates; nil once there is
  /// a list.
  var scores: [Float]?
  /// The candidates. The first ones stand in order, best first; the others as the last step left them.
  var list: [Candidate] = []
  var orderedCount = 0
  /// 1 / temperature.
  private(set) var scale = 1.0

  /// Every token with a usable score.
  package init(_ scores: [Float]) { self.scores = scores }

  // MARK: Temperature

  /// Divides the scores by a temperature; at 0 only the best token is left.
  package mutating func heat(_ temperature: Double) {
    // However small temperatures are, and however many, 0 times the scale is 0.
    if temperature > 0 { scale = min(scale / temperature, 1e300) } else { keepBest(1) }
  }

  /// The temperature between two by how even the distribution is: by the entropy's share of the largest possible. Nil
  /// where there is nothing to choose.
  func dynamicTemperature(from low: Double, to high: Double, exponent: Double) -> Double? {
    let count = scores.map { $0.count { $0 > -.infinity } } ?? list.count
    guard count > 1 else { return nil }
    let sums = exponentialSums
    let entropy = max(0, log(sums.weights) - sums.products / sums.weights)
    return low + (high - low) * pow(min(1, entropy / log(Double(count))), exponent)
  }

  /// Changes scores, as penalties do that come after other steps.
  mutating func adjust(_ change: (_ token: Int, _ logit: Float) -> Float) {
    collectAll()
    list = list.compactMap {
      let heated = scale == 1 ? $0.logit : Float(Double($0.logit) * scale)
      let logit = change($0.token, max(heated, -.greatestFiniteMagnitude))
      return logit > -.infinity ? Candidate(token: $0.token, logit: logit) : nil
    }
    (scale, orderedCount) = (1, 0)
  }

  // MARK: Weights

  var largestLogit: Float {
    if let scores { return scores.indexOfLargest.map { min(scores[$0], .greatestFiniteMagnitude) } ?? -.infinity }
    return orderedCount > 0 ? list[0].logit : list.reduce(-.infinity) { max($0, $1.logit) }
  }

  /// The sums of w and of w · x over all candidates, with x = (logit − largest) / temperature and w = exp(x).
  var exponentialSums: (weights: Double, products: Double) {
    let largest = largestLogit
    if let scores { return scores.exponentialSums(in: 0..<scores.count, largest: largest, scale: scale) }
    return list.reduce(into: (weights: 0, products: 0)) { sums, candidate in
      let x = exponent(candidate, largest)
      sums.weights += exp(x)
      sums.products += exp(x) * x
    }
  }

  func exponent(_ candidate: Candidate, _ largest: Float) -> Double {
    (Double(candidate.logit) - Double(largest)) * scale
  }

  func weight(_ candidate: Candidate, _ largest: Float) -> Double { exp(exponent(candidate, largest)) }

  /// The candidates with their probabilities.
  package var probabilities: [(token: Int, probability: Double)] {
    var all = self
    all.collectAll()
    let (largest, total) = (all.largestLogit, all.exponentialSums.weights)
    return all.list.map { ($0.token, weight($0, largest) / total) }
  }

  /// The probability of a candidate in the list.
  func probability(of token: Int) -> Double {
    list.first { $0.token == token }.map { weight($0, largestLogit) / exponentialSums.weights } ?? 0
  }

  /// The `count` best candidates, best first.
  func best(_ count: Int) -> ArraySlice<Candidate> {
    var copy = self
    if copy.scores != nil { copy.collect(best: count) }
    copy.order(first: count)
    return copy.list.prefix(count)
  }

  // MARK: Drawing

  /// Draws a token.
  /// - Parameter unit: A random number in 0..<1.
  func draw(unit: Double) -> Int? {
    let largest = largestLogit
    guard let scores else {
      let goal = unit * list.reduce(0) { $0 + weight($1, largest) }
      var sum = 0.0
      let drawn = list.first {
        sum += weight($0, largest)
        return sum > goal
      }
      // An unlikely rounding at the very end takes the last.
      return (drawn ?? list.last)?.token
    }
    guard largest > -.infinity else { return nil }
    // The sums of blocks tell in which one the token lies.
    let blocks = stride(from: 0, to: scores.count, by: 256).map { $0..<min($0 + 256, scores.count) }
    let sums = blocks.map { scores.exponentialSums(in: $0, largest: largest, scale: scale).weights }
    let goal = unit * sums.reduce(0, +)
    var (sum, last) = (0.0, Int?.none)
    for (block, blockSum) in zip(blocks, sums) where blockSum > 0 {
      guard sum + blockSum > goal else {
        sum += blockSum
        continue
      }
      for token in block where scores[token] > -.infinity {
        sum += weight(Candidate(token: token, logit: scores[token]), largest)
        last = token
        if sum > goal { return token }
      }
    }
    return last ?? scores.lastIndex { $0 > -.infinity }
  }
}
