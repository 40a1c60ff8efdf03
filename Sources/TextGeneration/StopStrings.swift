/// Finds the first of several strings in a text that arrives in pieces, and holds back only what may become one.
///
/// An Aho–Corasick automaton over bytes: each byte costs one step however many strings there are, and its state is
/// the longest end of the text that begins a stop string, which is exactly what must be held back.
///
///     var stops = StopStrings(["\nUser:", "END"])
///     stops.append("fine\nUs")   // "fine"
///     stops.append("e it\nUser: ") // "\nUse it"
///     stops.match                // "\nUser:"
///
/// The string that ends first wins; of several that end together, the longest.
public struct StopStrings: Sendable {
  private struct Node {
    var next: [UInt8: Int] = [:]
    /// The node of the longest proper end of this node's string that is in the tree too.
    var suffix = 0
    var depth = 0
    /// The longest stop string that ends here, as an index, or nil.
    var stop: Int?
  }

  private let strings: [[UInt8]]
  private var nodes = [Node()]
  private var state = 0
  private var held: [UInt8] = []

  /// The stop string that was found, if one was.
  public private(set) var match: String?

  /// A search for these strings. Empty ones are never found.
  public init(_ strings: [String]) {
    self.strings = strings.map { Array($0.utf8) }
    for (index, bytes) in self.strings.enumerated() where !bytes.isEmpty { insert(bytes, index) }
    linkSuffixes()
  }

  /// Reads the next piece of the text.
  /// - Returns: The text that is certain not to belong to a stop string. Once one was found, nothing more comes.
  public mutating func append(_ text: String) -> String {
    // Stop strings begin where characters begin, so cutting there leaves whole characters on both sides.
    String(decoding: append(bytes: Array(text.utf8)), as: UTF8.self)
  }

  /// The same for bytes.
  public mutating func append(bytes: [UInt8]) -> [UInt8] {
    guard match == nil else { return [] }
    guard nodes.count > 1 else { return bytes }
    for byte in bytes {
      held.append(byte)
      while state != 0, nodes[state].next[byte] == nil { state = nodes[state].suffix }
      state = nodes[state].next[byte] ?? 0
      if let stop = nodes[state].stop {
        match = String(decoding: strings[stop], as: UTF8.self)
        held.removeLast(strings[stop].count)
        return finishBytes()
      }
    }
    let released = held.count - nodes[state].depth
    defer { held.removeFirst(released) }
    return Array(held[..<released])
  }

  /// The text still held back, now that no more comes.
  public mutating func finish() -> String { String(decoding: finishBytes(), as: UTF8.self) }

  /// The same as bytes.
  public mutating func finishBytes() -> [UInt8] {
    defer {
      held = []
      state = 0
    }
    return held
  }

  private mutating func insert(_ bytes: [UInt8], _ index: Int) {
    var node = 0
    for byte in bytes {
      if let next = nodes[node].next[byte] {
        node = next
      } else {
        nodes.append(Node(depth: nodes[node].depth + 1))
        nodes[node].next[byte] = nodes.count - 1
        node = nodes.count - 1
      }
    }
    nodes[node].stop = nodes[node].stop ?? index
  }

  /// Breadth first, so that every shorter string's links are known before a longer one needs them.
  private mutating func linkSuffixes() {
    var queue = Array(nodes[0].next.values)
    var position = 0
    while position < queue.count {
      let node = queue[position]
      position += 1
      for (byte, child) in nodes[node].next {
        var suffix = nodes[node].suffix
        while suffix != 0, nodes[suffix].next[byte] == nil { suffix = nodes[suffix].suffix }
        nodes[child].suffix = nodes[suffix].next[byte] ?? 0
        nodes[child].stop = nodes[child].stop ?? nodes[nodes[child].suffix].stop
        queue.append(child)
      }
    }
  }
}
