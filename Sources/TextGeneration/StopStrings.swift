/// Finds the first of several strings in a text that arrives in pieces, and holds back only what may become one.
///
///     var stops = StopStrings(["\nUser:", "END"])
///     stops.append("fine\nUs")   // "fine"
///     stops.append("e it\nUser: ") // "\nUse it"
///     stops.match                // "\nUser:"
///
/// The string that ends first wins; of several that end together, the longest.
public struct StopStrings: Sendable {
  private let automaton: StringAutomaton
  private var state = StringAutomaton.start
  private var held: [UInt8] = []

  /// The stop string that was found, if one was.
  public private(set) var match: String?

  /// A search for these strings. Empty ones are never found.
  public init(_ strings: [String]) { automaton = StringAutomaton(strings) }

  /// Reads the next piece of the text.
  /// - Returns: The text that is certain not to belong to a stop string. Once one was found, nothing more comes.
  public mutating func append(_ text: String) -> String {
    // Stop strings begin where characters begin, so cutting there leaves whole characters on both sides.
    String(decoding: append(bytes: Array(text.utf8)), as: UTF8.self)
  }

  /// The same for bytes.
  public mutating func append(bytes: [UInt8]) -> [UInt8] {
    guard match == nil else { return [] }
    guard !automaton.isEmpty else { return bytes }
    for byte in bytes {
      held.append(byte)
      state = automaton.next(state, byte)
      if let stop = automaton.match(in: state) {
        match = String(decoding: stop, as: UTF8.self)
        held.removeLast(stop.count)
        return finishBytes()
      }
    }
    let released = held.count - automaton.depth(of: state)
    defer { held.removeFirst(released) }
    return Array(held[..<released])
  }

  /// The text still held back, now that no more comes.
  public mutating func finish() -> String { String(decoding: finishBytes(), as: UTF8.self) }

  /// The same as bytes.
  public mutating func finishBytes() -> [UInt8] {
    defer {
      held = []
      state = StringAutomaton.start
    }
    return held
  }
}
