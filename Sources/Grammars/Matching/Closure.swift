/// Where reading can go on: finds, from nodes just reached, all nodes with an edge for a byte.
struct Closure: Sendable {
  let network: Network
  var frames = Frames()
  /// The nodes where a byte can be read, each as a frame on its callers.
  private(set) var tops: [Int32] = []
  /// Whether the outermost rule may have ended.
  private(set) var isComplete = false
  /// How much has been done so far, for limits on work.
  private(set) var steps = 0

  /// The count of a repetition that may go on and may end at any time.
  static let uncounted: Int32 = -1

  private var open: [Int32] = []
  /// The round in which a frame was last seen.
  private var seen: [Int32] = []
  private var round: Int32 = 0

  init(_ network: Network) { self.network = network }

  /// Begins anew with no nodes.
  mutating func begin() {
    tops.removeAll(keepingCapacity: true)
    isComplete = false
    open.removeAll(keepingCapacity: true)
    round += 1
    if round == .max {
      seen = []
      round = 1
    }
  }

  /// Follows a byte from nodes of an earlier round.
  mutating func read(_ byte: UInt8, from earlier: [Int32]) throws(GrammarError) {
    for top in earlier {
      let frame = frames[top]
      for index in network.nodes[Int(frame.node)].bytes {
        let edge = network.byteEdges[Int(index)]
        if edge.low <= byte, byte <= edge.high { enter(edge.target, on: frame.parent) }
      }
    }
    steps += earlier.count
    try finish()
  }

  /// Goes on in a rule at a node.
  mutating func enter(_ node: Int32, on parent: Int32) {
    let number = frames.number(node, on: parent)
    if Int(number) >= seen.count { seen.append(contentsOf: repeatElement(0, count: Int(number) + 64 - seen.count)) }
    if seen[Int(number)] == round { return }
    seen[Int(number)] = round
    open.append(number)
  }

  /// Goes on below a rule that has ended.
  mutating func leave(to frame: Int32) {
    if frame == 0 {
      isComplete = true
      return
    }
    let (node, count, parent) = (frames[frame].node, frames[frame].count, frames[frame].parent)
    guard Int(node) >= network.nodes.count else {
      enter(node, on: parent)
      return
    }
    let site = network.sites[Int(node) - network.nodes.count]
    if count == Self.uncounted {
      enter(network.starts[Int(site.body)], on: frame)
      enter(site.target, on: parent)
      return
    }
    // Without an upper bound, only the way to the lower one is counted.
    let done = site.atMost < 0 ? min(count + 1, site.atLeast) : count + 1
    if site.atMost < 0 || done < site.atMost {
      enter(network.starts[Int(site.body)], on: frames.number(node, done, on: parent))
    }
    if done >= site.atLeast { enter(site.target, on: parent) }
  }

  /// Follows all that needs no byte.
  mutating func finish() throws(GrammarError) {
    while let number = open.popLast() {
      steps += 1
      let frame = frames[number]
      let node = network.nodes[Int(frame.node)]
      if !node.bytes.isEmpty {
        tops.append(number)
        guard tops.count <= GrammarLimits.configurations else {
          throw GrammarError(
            .tooComplex,
            "the text so far can be read in more than \(GrammarLimits.configurations) ways; make the "
              + "grammar less ambiguous")
        }
      }
      if node.isEnd { leave(to: frame.parent) }
      for index in node.calls {
        let edge = network.callEdges[Int(index)]
        // A rule that ends with a call needs no frame of its own, so right recursion does not pile them up.
        let isLast = network.nodes[Int(edge.target)].isOnlyEnd
        enter(
          network.starts[Int(edge.rule)], on: isLast ? frame.parent : frames.number(edge.target, on: frame.parent))
      }
      for index in node.sites {
        let site = network.sites[Int(index)]
        let number = frames.number(Int32(network.nodes.count) + index, on: frame.parent)
        enter(network.starts[Int(site.body)], on: number)
      }
    }
  }

  /// Forgets frames that nothing in `kept` needs.
  mutating func compact(keeping kept: inout [Int32]) {
    frames.compact(keeping: &kept)
    seen = []
    round = 0
  }

  /// Forgets everything.
  mutating func reset() {
    frames = Frames()
    seen = []
    round = 0
    steps = 0
    begin()
  }
}
