/// Reads a call as DeepSeek's models write it, after `<｜tool▁call▁begin｜>` or `<｜tool▁calls▁begin｜>`:
/// `function<｜tool▁sep｜>NAME`, a line break, and the arguments in a fence that says `json` (R1), or
/// `NAME<｜tool▁sep｜>` and the arguments (V3.1).
struct DeepSeekCallReader: Sendable {
  private enum Stage: Sendable { case begin, kind, separator, name, fence, brace, arguments }

  private var stage: Stage
  private var partStart: Int?
  private var name = ""
  private var extent = JSONExtent()

  private static let begin = Array(Markers.callBegin.utf8)
  private static let separator = Array(Markers.separator.utf8)
  private static let fence = Array("```json".utf8)

  /// - Parameter isInList: whether the list of calls has begun, but no call.
  init(isInList: Bool) { stage = isInList ? .begin : .kind }

  var hasBegun: Bool { stage == .arguments }

  mutating func read(_ buffer: inout OutputBuffer, _ events: inout EventList) -> ReadingStatus {
    while true {
      var status = ReadingStatus.complete
      switch stage {
      case .begin:
        buffer.skipSpace()
        status = skip(Self.begin, &buffer)
        if status == .complete { stage = .kind }
      case .kind:
        status = readName(&buffer)
        if status == .complete { stage = .separator }
      case .separator:
        status = skip(Self.separator, &buffer)
        if status == .complete { stage = .name }
      case .name:
        if partStart == nil {
          buffer.skipSpace()
          guard let byte = buffer.next else { return .incomplete }
          if byte == UInt8(ascii: "{") {
            stage = .brace
            continue
          }
        }
        status = readName(&buffer)
        if status == .complete { stage = .fence }
      case .fence:
        buffer.skipSpace()
        status = skip(Self.fence, &buffer)
        if status == .complete { stage = .brace }
      case .brace:
        buffer.skipSpace()
        guard let byte = buffer.next else { return .incomplete }
        guard byte == UInt8(ascii: "{") else { return .failed }
        events.begin(name)
        buffer.drop()
        stage = .arguments
      case .arguments:
        status = extent.advance(&buffer)
        events.arguments(buffer.take())
        return status
      }
      guard status == .complete else { return status }
    }
  }

  /// Reads up to the first byte that does not belong to a name.
  private mutating func readName(_ buffer: inout OutputBuffer) -> ReadingStatus {
    let from = partStart ?? buffer.heldCount
    partStart = from
    while let byte = buffer.next, byte.isNameByte { buffer.cursor += 1 }
    guard buffer.next != nil else { return .incomplete }
    guard buffer.heldCount > from else { return .failed }
    name = String(decoding: buffer.held(from..<buffer.heldCount), as: UTF8.self)
    partStart = nil
    return .complete
  }

  private func skip(_ text: [UInt8], _ buffer: inout OutputBuffer) -> ReadingStatus {
    switch buffer.match(text, at: buffer.cursor) {
    case .none: return buffer.next == nil ? .incomplete : .failed
    case .partial: return .incomplete
    case .full:
      buffer.cursor += text.count
      return .complete
    }
  }
}
