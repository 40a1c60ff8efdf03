import JSONParsing

/// Reads `[f(a=1, b="x"), g()]` as it arrives. A call is given out when it is whole, its arguments as JSON; so what is not
/// made of literals never counts as a call.
struct PythonCallReader: Sendable {
  private enum Stage: Sendable { case open, name, inName(from: Int), arguments(name: String, from: Int), comma }

  private var stage = Stage.open
  private var closers: [UInt8] = []
  private var quote: UInt8?
  private var isEscaped = false
  /// Whether the text so far is a list of calls, so that what follows them is no longer part of an answer.
  private(set) var hasBegun = false

  mutating func read(_ buffer: inout OutputBuffer, _ events: inout EventList) -> ReadingStatus {
    while true {
      switch stage {
      case .open:
        buffer.skipSpace()
        guard let byte = buffer.next else { return .incomplete }
        guard byte == UInt8(ascii: "[") else { return .failed }
        buffer.cursor += 1
        stage = .name
      case .name:
        buffer.skipSpace()
        guard let byte = buffer.next else { return .incomplete }
        guard byte.isNameByte, byte > UInt8(ascii: "9") else { return .failed }
        stage = .inName(from: buffer.heldCount)
      case .inName(let from):
        while let byte = buffer.next, byte.isNameByte { buffer.cursor += 1 }
        guard let byte = buffer.next else { return .incomplete }
        guard byte == UInt8(ascii: "(") else { return .failed }
        let name = String(decoding: buffer.held(from..<buffer.heldCount), as: UTF8.self)
        buffer.cursor += 1
        closers = [UInt8(ascii: ")")]
        stage = .arguments(name: name, from: buffer.heldCount)
      case .arguments(let name, let from):
        let status = advance(&buffer)
        guard status == .complete else { return status }
        var literals = PythonLiterals(buffer.held(from..<(buffer.heldCount - 1)))
        guard let arguments = literals.arguments() else { return .failed }
        hasBegun = true
        events.begin(name)
        events.arguments(JSONValue.object(arguments).serialized())
        events.end()
        buffer.drop()
        stage = .comma
      case .comma:
        buffer.skipSpace()
        guard let byte = buffer.next else { return .incomplete }
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else { return .failed }
        buffer.cursor += 1
        if byte == UInt8(ascii: "]") {
          buffer.drop()
          return .complete
        }
        stage = .name
      }
    }
  }

  /// Whether only punctuation has come since the last whole call.
  var isBetweenCalls: Bool {
    switch stage {
    case .comma, .name: hasBegun
    default: false
    }
  }

  /// Passes on to the closing parenthesis.
  private mutating func advance(_ buffer: inout OutputBuffer) -> ReadingStatus {
    while let byte = buffer.next {
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == open {
          quote = nil
        }
        buffer.cursor += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      case UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "["):
        guard closers.count < JSONExtent.maximumDepth else { return .failed }
        closers.append(byte == UInt8(ascii: "(") ? byte + 1 : byte + 2)
      case UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard byte == closers.popLast() else { return .failed }
        if closers.isEmpty {
          buffer.cursor += 1
          return .complete
        }
      default:
        let isPlain = byte.isNameByte || byte.isSpace || ",:=+".utf8.contains(byte)
        guard isPlain else { return .failed }
      }
      buffer.cursor += 1
    }
    return .incomplete
  }
}
