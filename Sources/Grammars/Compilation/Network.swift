/// A compiled grammar: an automaton over bytes for every rule, in one graph.
///
/// A rule's automaton is entered at its start, never matches the empty text (the places that call a rule which may
/// be empty can be passed without it), and only holds nodes from which its end can be reached. So whatever can be
/// read next can also be completed.
struct Network: Sendable {
  struct Node {
    var bytes: Range<Int32> = 0..<0
    var calls: Range<Int32> = 0..<0
    var sites: Range<Int32> = 0..<0
    /// Whether the rule may end here.
    var isEnd = false

    /// Whether the rule must end here.
    var isOnlyEnd: Bool { bytes.isEmpty && calls.isEmpty && sites.isEmpty }
  }

  struct ByteEdge {
    let low: UInt8
    let high: UInt8
    let target: Int32
  }

  struct CallEdge {
    let rule: Int32
    let target: Int32
  }

  /// A counted repetition: `body` at least and at most so often (-1: without bound), then on at `target`.
  struct Site {
    let body: Int32
    let atLeast: Int32
    let atMost: Int32
    let target: Int32
  }

  var nodes: [Node] = []
  var byteEdges: [ByteEdge] = []
  var callEdges: [CallEdge] = []
  var sites: [Site] = []
  /// Where each rule starts.
  var starts: [Int32] = []
  /// Whether the empty text is a whole text.
  var matchesEmpty = false

  /// Compiles rules, of which the first is where texts begin.
  init(_ set: RuleSet) throws(GrammarError) {
    let draft = try Draft(set)
    let nullable = draft.nullableRules()
    let productive = draft.productiveRules()
    guard productive[0] else {
      throw GrammarError(
        .unsatisfiable,
        "no text can satisfy this: the rule \"\(set.names[0])\" needs itself, or something impossible, "
          + "in each of its alternatives; give it one that ends")
    }
    matchesEmpty = nullable[0]
    var determinization = Determinization(draft, nullable: nullable, productive: productive)
    for rule in draft.rules.indices { try determinization.add(rule, to: &self) }
    try checkLeftRecursion(draft.rules.map(\.name))
  }

  /// A rule that calls itself before it has read a byte would be entered again and again.
  private func checkLeftRecursion(_ names: [String]) throws(GrammarError) {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: starts.count)
    for first in starts.indices where marks[first] == .new {
      var path: [(rule: Int, called: [Int])] = [(first, calledAtStart(of: first))]
      marks[first] = .open
      while let (rule, called) = path.last {
        guard let next = called.last else {
          marks[rule] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].called.removeLast()
        switch marks[next] {
        case .done: break
        case .new:
          marks[next] = .open
          path.append((next, calledAtStart(of: next)))
        case .open:
          let cycle = path.drop { $0.rule != next }.map { "\"\(names[$0.rule])\"" } + ["\"\(names[next])\""]
          let shown = cycle.count > 6 ? cycle.prefix(3) + ["…"] + cycle.suffix(2) : cycle[...]
          throw GrammarError(
            .leftRecursion,
            "left recursion: \(shown.joined(separator: " begins with ")); write the repetition with * "
              + "or +, or put what must be read first in front")
        }
      }
    }
  }

  private func calledAtStart(of rule: Int) -> [Int] {
    let node = nodes[Int(starts[rule])]
    return node.calls.map { Int(callEdges[Int($0)].rule) } + node.sites.map { Int(sites[Int($0)].body) }
  }
}

extension Network {
  /// A grammar without any text.
  static let nothing = Network()

  private init() {}
}
