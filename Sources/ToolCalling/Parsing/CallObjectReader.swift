import JSONParsing

/// Reads `{"name": "f", "arguments": {…}}` as it arrives, its members in any order.
///
/// Everything is held back until it is sure to be a call, which is when the name is known and, if the object stands by
/// itself, the arguments as well; from then on the arguments are passed on byte by byte.
struct CallObjectReader: Sendable {
  private enum Stage: Sendable {
    case open, firstKey, nextKey, key(from: Int), colon, value, inValue(from: Int), comma, streaming, rest
  }

  private enum Role: Sendable { case name, arguments, other }

  /// Whether the object stands where any text may stand, so that it is a call only if it has all the members of one and
  /// none that a call does not have.
  let isBare: Bool
  private var stage = Stage.open
  private var role = Role.other
  private var extent = JSONExtent()
  private var name: String?
  /// Where arguments lie that came before the name, as distances from the buffer's start.
  private var arguments: Range<Int>?

  init(isBare: Bool) { self.isBare = isBare }

  /// Whether the call has been given out, so that what follows cannot make it content any more.
  var hasBegun: Bool {
    switch stage {
    case .streaming, .rest: true
    default: false
    }
  }

  mutating func read(_ buffer: inout OutputBuffer, _ events: inout EventList) -> ReadingStatus {
    while true {
      switch stage {
      case .streaming:
        let status = extent.advance(&buffer)
        events.arguments(buffer.take())
        guard status == .complete else { return status }
        startRest()
      case .rest:
        let status = extent.advance(&buffer)
        buffer.drop()
        return status
      case .key(let from):
        let status = extent.advance(&buffer)
        guard status == .complete else { return status }
        guard readKey(buffer.held(from..<buffer.heldCount)) else { return .failed }
        stage = .colon
      case .inValue(let from):
        let status = extent.advance(&buffer)
        guard status == .complete else { return status }
        guard endValue(from..<buffer.heldCount, &buffer, &events) else { return .failed }
      default:
        buffer.skipSpace()
        guard let byte = buffer.next else { return .incomplete }
        guard let status = read(byte, &buffer, &events) else { continue }
        return status
      }
    }
  }

  /// One byte between the parts; nil to go on.
  private mutating func read(
    _ byte: UInt8, _ buffer: inout OutputBuffer, _ events: inout EventList
  ) -> ReadingStatus? {
    switch (stage, byte) {
    case (.open, UInt8(ascii: "{")): stage = .firstKey
    case (.colon, UInt8(ascii: ":")): stage = .value
    case (.comma, UInt8(ascii: ",")): stage = .nextKey
    case (.firstKey, UInt8(ascii: "}")), (.comma, UInt8(ascii: "}")):
      guard let name, !isBare else { return .failed }
      buffer.cursor += 1
      begin(name, with: "{}", &buffer, &events)
      return .complete
    case (.firstKey, UInt8(ascii: "\"")), (.nextKey, UInt8(ascii: "\"")):
      extent = JSONExtent()
      stage = .key(from: buffer.heldCount)
      return nil
    case (.value, _):
      extent = JSONExtent()
      if role == .arguments, let name, byte == UInt8(ascii: "{") {
        begin(name, with: "", &buffer, &events)
        stage = .streaming
      } else {
        stage = .inValue(from: buffer.heldCount)
      }
      return nil
    default: return .failed
    }
    buffer.cursor += 1
    return nil
  }

  private mutating func readKey(_ bytes: ArraySlice<UInt8>) -> Bool {
    switch (try? JSONValue(parsing: Array(bytes)))?.string {
    case "name", "function": role = .name
    case "arguments", "parameters": role = .arguments
    case "id", "type": role = .other
    case nil: return false
    default:
      role = .other
      return !isBare
    }
    return true
  }

  private mutating func endValue(
    _ range: Range<Int>, _ buffer: inout OutputBuffer, _ events: inout EventList
  ) -> Bool {
    stage = .comma
    switch role {
    case .other: break
    case .arguments: arguments = range
    case .name:
      guard name == nil, let text = (try? JSONValue(parsing: Array(buffer.held(range))))?.string, !text.isEmpty else {
        return false
      }
      name = text
    }
    if let name, let arguments {
      begin(name, with: Self.object(buffer.held(arguments)), &buffer, &events)
      startRest()
    }
    return true
  }

  private mutating func startRest() {
    extent = .restOfObject
    stage = .rest
  }

  private func begin(_ name: String, with text: String, _ buffer: inout OutputBuffer, _ events: inout EventList) {
    events.begin(name)
    buffer.drop()
    events.arguments(text)
  }

  /// The arguments' text: some models write it as a string, as OpenAI's protocol does, and null for none.
  private static func object(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.elementsEqual("null".utf8) { return "{}" }
    if bytes.first == UInt8(ascii: "\""), let text = (try? JSONValue(parsing: Array(bytes)))?.string { return text }
    return String(decoding: bytes, as: UTF8.self)
  }
}
