/// The rules as nondeterministic automata over bytes, in one graph. An edge that calls a rule is passed by reading
/// a text of that rule.
struct Draft {
  enum Edge {
    /// Passed without reading.
    case empty(Int)
    case bytes(ClosedRange<UInt8>, Int)
    case call(rule: Int, Int)
    /// Passed by reading `sites[site].body` as often as the site says.
    case counted(site: Int, Int)
  }

  struct Rule {
    let name: String
    let start: Int
    let end: Int
  }

  /// A repetition that is counted rather than written out.
  struct Site {
    let body: Int
    let atLeast: Int
    let atMost: Int?
  }

  private(set) var edges: [[Edge]] = []
  private(set) var rules: [Rule] = []
  private(set) var sites: [Site] = []
  private var edgeCount = 0

  init(_ set: RuleSet) throws(GrammarError) {
    for name in set.names {
      let start = try addNode()
      rules.append(Rule(name: name, start: start, end: try addNode()))
    }
    for (index, body) in set.bodies.enumerated() {
      try add(body, from: rules[index].start, to: rules[index].end)
    }
  }

  private mutating func addNode() throws(GrammarError) -> Int {
    try checkSize()
    edges.append([])
    return edges.count - 1
  }

  private mutating func addEdge(_ edge: Edge, from: Int) throws(GrammarError) {
    edgeCount += 1
    try checkSize()
    edges[from].append(edge)
  }

  private func checkSize() throws(GrammarError) {
    guard edges.count + edgeCount < GrammarLimits.nodes else {
      throw GrammarError(.tooLarge, "the grammar is too large; use fewer or smaller rules, classes and repetitions")
    }
  }

  private mutating func add(_ expression: Expression, from: Int, to: Int) throws(GrammarError) {
    switch expression {
    case .bytes(let bytes):
      var node = from
      for (index, byte) in bytes.enumerated() {
        let next = index == bytes.count - 1 ? to : try addNode()
        try addEdge(.bytes(byte...byte, next), from: node)
        node = next
      }
      if bytes.isEmpty { try addEdge(.empty(to), from: from) }
    case .scalars(let set): try add(set, from: from, to: to)
    case .sequence(let parts):
      var node = from
      for (index, part) in parts.enumerated() {
        let next = index == parts.count - 1 ? to : try addNode()
        try add(part, from: node, to: next)
        node = next
      }
      if parts.isEmpty { try addEdge(.empty(to), from: from) }
    case .choice(let alternatives):
      for alternative in alternatives { try add(alternative, from: from, to: to) }
    case .repeated(let body, let atLeast, let atMost):
      try add(body, atLeast: atLeast, atMost: atMost, from: from, to: to)
    case .call(let rule): try addEdge(.call(rule: rule, to), from: from)
    case .prefix(let parts, let atLeast):
      var node = from
      for (index, part) in parts.enumerated() {
        if index >= atLeast { try addEdge(.empty(to), from: node) }
        let next = try addNode()
        try add(part, from: node, to: next)
        node = next
      }
      try addEdge(.empty(to), from: node)
    case .selection(let items, let separator): try add(items, separator: separator, from: from, to: to)
    }
  }

  /// Encodings that end alike share their ends, so that `.` costs a dozen nodes and not a hundred.
  private mutating func add(_ set: ScalarSet, from: Int, to: Int) throws(GrammarError) {
    var ends: [[ClosedRange<UInt8>]: Int] = [[]: to]
    for range in set.ranges {
      for sequence in utf8Sequences(range) {
        var node = to
        for index in sequence.indices.reversed().dropLast() {
          let rest = Array(sequence[index...])
          if let known = ends[rest] {
            node = known
          } else {
            let next = node
            node = try addNode()
            try addEdge(.bytes(sequence[index], next), from: node)
            ends[rest] = node
          }
        }
        try addEdge(.bytes(sequence[0], node), from: from)
      }
    }
  }

  private mutating func add(
    _ body: Expression, atLeast: Int, atMost: Int?, from: Int, to: Int
  ) throws(GrammarError) {
    let copies = max(atMost ?? (atLeast + 1), 1)
    let size = body.size
    guard copies == 1 || copies <= GrammarLimits.unrolledNodes / max(size, 1) else {
      let rule: Int
      if case .call(let called) = body {
        rule = called
      } else {
        rule = rules.count
        guard rule < GrammarLimits.rules else {
          throw GrammarError(.tooLarge, "the grammar has too many repetitions; simplify it")
        }
        let start = try addNode()
        let end = try addNode()
        rules.append(Rule(name: "repetition", start: start, end: end))
        try add(body, from: start, to: end)
      }
      sites.append(Site(body: rule, atLeast: atLeast, atMost: atMost))
      try addEdge(.counted(site: sites.count - 1, to), from: from)
      return
    }
    var node = from
    for _ in 0..<atLeast {
      let next = try addNode()
      try add(body, from: node, to: next)
      node = next
    }
    if let atMost {
      for _ in atLeast..<max(atMost, atLeast) {
        try addEdge(.empty(to), from: node)
        let next = try addNode()
        try add(body, from: node, to: next)
        node = next
      }
    } else {
      // A node of its own, so that no other path through `node` gets into the loop.
      let loop = try addNode()
      let back = try addNode()
      try addEdge(.empty(loop), from: node)
      try add(body, from: loop, to: back)
      try addEdge(.empty(loop), from: back)
      node = loop
    }
    try addEdge(.empty(to), from: node)
  }

  /// Two rows of nodes: nothing written so far, and something, after which a separator is due.
  private mutating func add(
    _ items: [Expression.Item], separator: Expression, from: Int, to: Int
  ) throws(GrammarError) {
    var nothing: Int? = from
    var something: Int?
    for item in items {
      let start = try addNode()
      let next = try addNode()
      if let nothing { try addEdge(.empty(start), from: nothing) }
      if let something { try add(separator, from: something, to: start) }
      try add(item.expression, from: start, to: next)
      if item.isRequired {
        nothing = nil
      } else {
        if let something { try addEdge(.empty(next), from: something) }
      }
      something = next
    }
    if let something { try addEdge(.empty(to), from: something) }
  }
}

extension Expression {
  /// About how many nodes it takes.
  var size: Int {
    func sum(_ parts: [Expression]) -> Int { parts.reduce(0) { min($0 + $1.size, 1 << 30) } }
    return switch self {
    case .bytes(let bytes): bytes.count
    case .scalars(let set): set.ranges.last.map { $0.upperBound < 0x80 } ?? true ? 1 : 4 + set.ranges.count
    case .sequence(let parts), .choice(let parts), .prefix(let parts, _): sum(parts)
    case .repeated(let body, let atLeast, let atMost):
      min(body.size, GrammarLimits.unrolledNodes) * min(max(atMost ?? atLeast + 1, 1), GrammarLimits.unrolledNodes)
    case .call: 1
    case .selection(let items, let separator): sum(items.map(\.expression)) + items.count * separator.size
    }
  }
}
