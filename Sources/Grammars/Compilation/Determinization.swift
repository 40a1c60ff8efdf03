/// Turns the automaton of a rule into one where no byte leads to two places (the subset construction). Calls and
/// counted repetitions are symbols like bytes. A rule that would grow too much keeps its choices open; the matcher
/// follows several paths anyway.
struct Determinization {
  let draft: Draft
  let nullable: [Bool]
  let productive: [Bool]

  /// What leaves a set of nodes.
  private struct Exits {
    var bytes: [(range: ClosedRange<UInt8>, target: Int)] = []
    var calls: [Int: [Int]] = [:]
    var sites: [Int: [Int]] = [:]
    var isEnd = false
  }

  /// An automaton in the making, before nodes that lead nowhere are dropped.
  private struct Sketch {
    struct Node {
      var bytes: [Network.ByteEdge] = []
      var calls: [Network.CallEdge] = []
      var sites: [(site: Int, target: Int32)] = []
      var isEnd = false
    }
    var nodes: [Node] = []
  }

  init(_ draft: Draft, nullable: [Bool], productive: [Bool]) {
    self.draft = draft
    self.nullable = nullable
    self.productive = productive
  }

  /// Adds the automaton of a rule to a network.
  mutating func add(_ rule: Int, to network: inout Network) throws(GrammarError) {
    let sketch: Sketch
    if let deterministic = try subsets(of: rule) {
      sketch = deterministic
    } else {
      sketch = try withoutEmptyEdges(rule)
    }
    try append(sketch, to: &network)
  }

  // MARK: - Sets of nodes

  /// The nodes reached without reading that something leaves, or where the rule ends.
  private func closure(_ nodes: [Int], end: Int) -> [Int] {
    var seen = Set<Int>()
    var open = nodes
    var result: [Int] = []
    while let node = open.popLast() {
      guard seen.insert(node).inserted else { continue }
      var isKept = node == end
      for edge in draft.edges[node] {
        switch edge {
        case .empty(let target): open.append(target)
        case .bytes: isKept = true
        case .call(let called, let target):
          if productive[called] { isKept = true }
          if nullable[called] { open.append(target) }
        case .counted(let index, let target):
          let site = draft.sites[index]
          if productive[site.body] { isKept = true }
          if site.atLeast == 0 || nullable[site.body] { open.append(target) }
        }
      }
      if isKept { result.append(node) }
    }
    return result.sorted()
  }

  private func exits(of nodes: [Int], end: Int) -> Exits {
    var exits = Exits()
    for node in nodes {
      if node == end { exits.isEnd = true }
      for edge in draft.edges[node] {
        switch edge {
        case .empty: break
        case .bytes(let range, let target): exits.bytes.append((range, target))
        case .call(let called, let target): if productive[called] { exits.calls[called, default: []].append(target) }
        case .counted(let site, let target):
          if productive[draft.sites[site].body] { exits.sites[site, default: []].append(target) }
        }
      }
    }
    return exits
  }

  /// The ranges of bytes that lead to the same targets.
  private func segments(_ edges: [(range: ClosedRange<UInt8>, target: Int)]) -> [(ClosedRange<UInt8>, [Int])] {
    var isStart = [Bool](repeating: false, count: 257)
    for (range, _) in edges {
      isStart[Int(range.lowerBound)] = true
      isStart[Int(range.upperBound) + 1] = true
    }
    var segmentOfByte: [Int] = []
    var result: [(range: ClosedRange<UInt8>, targets: [Int])] = []
    for byte in UInt8.min...UInt8.max {
      if byte == 0 || isStart[Int(byte)] {
        result.append((byte...byte, []))
      } else {
        result[result.count - 1].range = result[result.count - 1].range.lowerBound...byte
      }
      segmentOfByte.append(result.count - 1)
    }
    for (range, target) in edges {
      for segment in segmentOfByte[Int(range.lowerBound)]...segmentOfByte[Int(range.upperBound)] {
        result[segment].targets.append(target)
      }
    }
    return result.filter { !$0.targets.isEmpty }
  }

  // MARK: - Automata

  private func subsets(of rule: Int) throws(GrammarError) -> Sketch? {
    let end = draft.rules[rule].end
    var sketch = Sketch()
    var sets: [[Int]] = []
    var index: [[Int]: Int32] = [:]
    var edgeCount = 0
    func node(_ targets: [Int]) -> Int32 {
      let set = closure(targets, end: end)
      if let known = index[set] { return known }
      index[set] = Int32(sets.count)
      sets.append(set)
      return Int32(sets.count - 1)
    }
    _ = node([draft.rules[rule].start])
    var members = 0
    while sketch.nodes.count < sets.count {
      let set = sets[sketch.nodes.count]
      members += set.count
      // A large rule may have a large automaton, but not one much larger than what was written.
      if sets.count > 2_000 + 2 * draft.edges.count || members > 2_000_000 { return nil }
      let exits = exits(of: set, end: end)
      var made = Sketch.Node()
      made.isEnd = exits.isEnd
      for (range, targets) in segments(exits.bytes) {
        let target = node(targets)
        if let last = made.bytes.last, last.target == target, Int(last.high) + 1 == Int(range.lowerBound) {
          made.bytes[made.bytes.count - 1] = .init(low: last.low, high: range.upperBound, target: target)
        } else {
          made.bytes.append(.init(low: range.lowerBound, high: range.upperBound, target: target))
        }
      }
      for (called, targets) in exits.calls.sorted(by: { $0.key < $1.key }) {
        made.calls.append(.init(rule: Int32(called), target: node(targets)))
      }
      for (site, targets) in exits.sites.sorted(by: { $0.key < $1.key }) {
        made.sites.append((site, node(targets)))
      }
      edgeCount += made.bytes.count + made.calls.count + made.sites.count
      if edgeCount > GrammarLimits.edges { return nil }
      sketch.nodes.append(made)
    }
    return sketch
  }

  private func withoutEmptyEdges(_ rule: Int) throws(GrammarError) -> Sketch {
    let end = draft.rules[rule].end
    var sketch = Sketch()
    var index: [Int: Int32] = [:]
    var order: [Int] = []
    func node(_ target: Int) -> Int32 {
      if let known = index[target] { return known }
      index[target] = Int32(order.count)
      order.append(target)
      return Int32(order.count - 1)
    }
    _ = node(draft.rules[rule].start)
    var edgeCount = 0
    while sketch.nodes.count < order.count {
      let exits = exits(of: closure([order[sketch.nodes.count]], end: end), end: end)
      var made = Sketch.Node()
      made.isEnd = exits.isEnd
      for (range, target) in exits.bytes {
        made.bytes.append(.init(low: range.lowerBound, high: range.upperBound, target: node(target)))
      }
      for (called, targets) in exits.calls.sorted(by: { $0.key < $1.key }) {
        for target in targets { made.calls.append(.init(rule: Int32(called), target: node(target))) }
      }
      for (site, targets) in exits.sites.sorted(by: { $0.key < $1.key }) {
        for target in targets { made.sites.append((site, node(target))) }
      }
      edgeCount += made.bytes.count + made.calls.count + made.sites.count
      guard edgeCount < GrammarLimits.edges else { throw Self.tooManyEdges }
      sketch.nodes.append(made)
    }
    return sketch
  }

  private static var tooManyEdges: GrammarError {
    GrammarError(.tooLarge, "the grammar grows too large when compiled; use fewer overlapping alternatives")
  }

  /// Drops what cannot reach the end and renumbers.
  private func append(_ sketch: Sketch, to network: inout Network) throws(GrammarError) {
    var sources = [[Int]](repeating: [], count: sketch.nodes.count)
    for (index, node) in sketch.nodes.enumerated() {
      for edge in node.bytes { sources[Int(edge.target)].append(index) }
      for edge in node.calls { sources[Int(edge.target)].append(index) }
      for edge in node.sites { sources[Int(edge.target)].append(index) }
    }
    var isUseful = [Bool](repeating: false, count: sketch.nodes.count)
    var open = sketch.nodes.indices.filter { sketch.nodes[$0].isEnd }
    while let node = open.popLast() {
      if isUseful[node] { continue }
      isUseful[node] = true
      open.append(contentsOf: sources[node])
    }
    // The start is entered to read something: where the rule may be empty, a copy of it that is no end stands in.
    var copies: [(source: Int, isStart: Bool)] = [(0, true)]
    var numbers = [Int32](repeating: -1, count: sketch.nodes.count)
    for index in sketch.nodes.indices where isUseful[index] && (index > 0 || !sources[0].isEmpty) {
      numbers[index] = Int32(network.nodes.count + copies.count)
      copies.append((index, false))
    }
    network.starts.append(Int32(network.nodes.count))
    for (source, isStart) in copies {
      let node = sketch.nodes[source]
      var made = Network.Node()
      made.isEnd = node.isEnd && !isStart
      let bytes = Int32(network.byteEdges.count)
      for edge in node.bytes where isUseful[Int(edge.target)] {
        network.byteEdges.append(.init(low: edge.low, high: edge.high, target: numbers[Int(edge.target)]))
      }
      made.bytes = bytes..<Int32(network.byteEdges.count)
      let calls = Int32(network.callEdges.count)
      for edge in node.calls where isUseful[Int(edge.target)] {
        network.callEdges.append(.init(rule: edge.rule, target: numbers[Int(edge.target)]))
      }
      made.calls = calls..<Int32(network.callEdges.count)
      let sites = Int32(network.sites.count)
      for (index, target) in node.sites where isUseful[Int(target)] {
        let site = draft.sites[index]
        // A body that may be empty can make up any missing number of repetitions.
        network.sites.append(
          .init(
            body: Int32(site.body), atLeast: nullable[site.body] ? 0 : Int32(clamping: site.atLeast),
            atMost: site.atMost.map { Int32(clamping: $0) } ?? -1, target: numbers[Int(target)]))
      }
      made.sites = sites..<Int32(network.sites.count)
      network.nodes.append(made)
    }
    guard network.byteEdges.count + network.callEdges.count + network.sites.count < GrammarLimits.edges else {
      throw Self.tooManyEdges
    }
  }
}
