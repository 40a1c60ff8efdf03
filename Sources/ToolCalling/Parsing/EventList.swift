/// The events so far; neighbours of one kind are joined.
struct EventList: Sendable {
  private enum Kind: Sendable { case content, reasoning, arguments }

  private var events: [ChatOutputEvent] = []
  /// Text of the last event, which may grow.
  private var text = ""
  private var kind = Kind.content
  /// How many calls have begun.
  private(set) var callCount = 0

  mutating func takeAll() -> [ChatOutputEvent] {
    flush()
    defer { events = [] }
    return events
  }

  mutating func content(_ text: String) { add(text, .content) }
  mutating func reasoning(_ text: String) { add(text, .reasoning) }
  mutating func arguments(_ text: String) { add(text, .arguments) }

  mutating func begin(_ name: String) {
    flush()
    events.append(.toolCallBegan(index: callCount, name: name))
    callCount += 1
  }

  mutating func end() {
    flush()
    events.append(.toolCallEnded(index: callCount - 1))
  }

  private mutating func add(_ more: String, _ kind: Kind) {
    guard !more.isEmpty else { return }
    if kind != self.kind {
      flush()
      self.kind = kind
    }
    text += more
  }

  private mutating func flush() {
    guard !text.isEmpty else { return }
    switch kind {
    case .content: events.append(.content(text))
    case .reasoning: events.append(.reasoning(text))
    case .arguments: events.append(.toolCallArguments(index: callCount - 1, text))
    }
    text = ""
  }
}
