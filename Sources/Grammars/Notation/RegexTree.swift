/// A regular expression as it was written, before it is known what its characters are spelled like.
indirect enum RegexTree {
  case scalars(ScalarSet)
  case sequence([RegexTree])
  case choice([RegexTree])
  case repeated(RegexTree, Int, Int?)
  /// `^`
  case start
  /// `$`
  case end

  /// A tree without anchors, and whether `^` and `$` stood at its ends.
  struct Anchored {
    var tree: RegexTree
    var atStart = false
    var atEnd = false
  }

  /// The alternatives of the whole expression with their outer anchors taken off.
  /// - Throws: where an anchor stands elsewhere.
  func anchored() throws(GrammarError) -> [Anchored] {
    guard case .choice(let alternatives) = self else { return [try Anchored(tree: self).withoutAnchors()] }
    var result: [Anchored] = []
    for alternative in alternatives { result += try alternative.anchored() }
    return result
  }

  var hasAnchors: Bool {
    switch self {
    case .scalars: false
    case .start, .end: true
    case .sequence(let parts), .choice(let parts): parts.contains(where: \.hasAnchors)
    case .repeated(let body, _, _): body.hasAnchors
    }
  }

  /// The tree as an expression, each set of characters spelled by `spelling`.
  func lowered(_ spelling: (ScalarSet) -> Expression) -> Expression {
    switch self {
    case .scalars(let set): return spelling(set)
    case .sequence(let parts): return .sequence(parts.map { $0.lowered(spelling) })
    case .choice(let parts): return .choice(parts.map { $0.lowered(spelling) })
    case .repeated(let body, let atLeast, let atMost): return .repeated(body.lowered(spelling), atLeast, atMost)
    case .start, .end: return .empty
    }
  }

  /// The fewest and the most characters of a text that matches; nil is without bound.
  var lengths: (least: Int, most: Int?) {
    func add(_ a: Int?, _ b: Int?) -> Int? {
      guard let a, let b else { return nil }
      return min(a + b, GrammarLimits.repetitions)
    }
    func times(_ a: Int, _ b: Int) -> Int {
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      return overflow ? GrammarLimits.repetitions : min(product, GrammarLimits.repetitions)
    }
    switch self {
    case .scalars: return (1, 1)
    case .start, .end: return (0, 0)
    case .sequence(let parts):
      return parts.reduce((0, 0)) { sum, part in
        let lengths = part.lengths
        return (min(sum.0 + lengths.least, GrammarLimits.repetitions), add(sum.1, lengths.most))
      }
    case .choice(let parts):
      let lengths = parts.map(\.lengths)
      let most = lengths.contains { $0.most == nil } ? nil : lengths.compactMap(\.most).max() ?? 0
      return (lengths.map(\.least).min() ?? 0, most)
    case .repeated(let body, let atLeast, let atMost):
      let (least, most) = body.lengths
      if most == 0 { return (0, 0) }
      guard let most, let atMost else { return (times(least, atLeast), atMost == 0 ? 0 : nil) }
      return (times(least, atLeast), times(most, atMost))
    }
  }
}

extension RegexTree.Anchored {
  fileprivate func withoutAnchors() throws(GrammarError) -> Self {
    var result = self
    // A group around everything may hold the anchors as well.
    if case .sequence(var parts) = tree {
      while case .start? = parts.first {
        parts.removeFirst()
        result.atStart = true
      }
      while case .end? = parts.last {
        parts.removeLast()
        result.atEnd = true
      }
      result.tree = .sequence(parts)
    } else if case .start = tree {
      result = .init(tree: .sequence([]), atStart: true, atEnd: atEnd)
    } else if case .end = tree {
      result = .init(tree: .sequence([]), atStart: atStart, atEnd: true)
    }
    guard !result.tree.hasAnchors else {
      throw GrammarError(
        .unsupported,
        "^ and $ are only possible at the two ends of an alternative of the whole expression, not within it")
    }
    return result
  }
}
