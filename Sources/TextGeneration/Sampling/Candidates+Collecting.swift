/// How a list of candidates comes out of a vocabulary's scores, and into order.
extension Candidates {
  /// Puts the best first, in order.
  mutating func order(first count: Int) {
    list.order(first: count, after: orderedCount, by: Candidate.precedes)
    orderedCount = max(orderedCount, min(count, list.count))
  }

  /// Keeps the candidates with at least this score, or else the best.
  mutating func keep(atLeast threshold: Double) {
    guard let scores else {
      let best = list.min(by: Candidate.precedes)
      orderedCount = list[..<orderedCount].count { Double($0.logit) >= threshold }
      list.removeAll { Double($0.logit) < threshold }
      if list.isEmpty, let best { list = [best] }
      return
    }
    // The largest score that is too small.
    var bound = Float(threshold)
    if Double(bound) >= threshold { bound = bound.nextDown }
    (self.scores, list, orderedCount) = (nil, [], 0)
    scores.forEach(above: bound) { token, score in
      list.append(Candidate(token: token, logit: score))
      return bound
    }
    if list.isEmpty { list = scores.indexOfLargest.map { [Candidate(token: $0, logit: scores[$0])] } ?? [] }
  }

  /// Makes the list of all scores, in the order of their ids.
  mutating func collectAll() {
    guard let scores else { return }
    (self.scores, list, orderedCount) = (nil, [], 0)
    list.reserveCapacity(scores.count)
    for (token, score) in scores.enumerated() where score > -.infinity {
      list.append(Candidate(token: token, logit: score))
    }
  }

  /// Makes the list of the `k` best scores: of all in the order of their ids if they are no more, else in no order.
  /// - Returns: Whether some were left out.
  @discardableResult
  mutating func collect(best k: Int) -> Bool {
    guard let scores, k < scores.count else {
      collectAll()
      return false
    }
    (self.scores, list, orderedCount) = (nil, [], 0)
    let room = k + max(k, 256)
    var found: [Candidate] = []
    found.reserveCapacity(min(room, scores.count))
    // What comes later must be better than the worst of the k best so far: of equals, the earlier was meant.
    var (bound, wasCut) = (-Float.infinity, false)
    func cut() {
      guard found.count > k else { return }
      wasCut = true
      found.select(first: k, by: Candidate.precedes)
      found.removeSubrange(k...)
      bound = found.reduce(.infinity) { min($0, $1.logit) }
    }
    scores.forEach(above: bound) { token, score in
      found.append(Candidate(token: token, logit: score))
      if found.count >= room { cut() }
      return bound
    }
    cut()
    list = found
    return wasCut
  }

  /// Puts all in order, by sorting the digits of their scores: quicker than comparing where there are many.
  mutating func orderAll() {
    // Equals stay in the order of their ids.
    if orderedCount > 0 { list.sort { $0.token < $1.token } }
    func key(_ candidate: Candidate) -> UInt32 {
      // Adding 0 makes −0 equal 0. As numbers without sign, the bits of scores then grow as the scores fall.
      let bits = (candidate.logit + 0).bitPattern
      return bits >> 31 == 0 ? ~bits ^ 1 << 31 : bits
    }
    let digits = 1 << 11
    var other = list
    for shift in [0, 11, 22] as [UInt32] {
      var starts = [Int](repeating: 0, count: digits + 1)
      for candidate in list { starts[Int(key(candidate) >> shift) % digits + 1] += 1 }
      for digit in 1...digits { starts[digit] += starts[digit - 1] }
      for candidate in list {
        let digit = Int(key(candidate) >> shift) % digits
        other[starts[digit]] = candidate
        starts[digit] += 1
      }
      swap(&list, &other)
    }
    orderedCount = list.count
  }
}
