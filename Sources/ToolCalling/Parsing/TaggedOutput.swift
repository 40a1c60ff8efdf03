/// Takes apart text in which markers tell calls and reasoning apart: all formats but `harmony`.
struct TaggedOutput: Sendable {
  private enum CallReader: Sendable {
    /// Decided by the first byte.
    case undecided(CallSyntax.Beginning)
    case object(CallObjectReader)
    case python(PythonCallReader)
    case deepSeek(DeepSeekCallReader)
  }

  private enum State: Sendable {
    case text
    case reasoning
    /// White space between the end of reasoning and the answer.
    case afterReasoning
    case call(CallReader)
    /// After a call, where its closers from this one on may come.
    case afterCall(closer: Int)
  }

  private var state: State
  private let syntax: CallSyntax?
  private var search: MarkerSearch
  private var closingThink = MarkerSearch([.init(ReasoningStyle.closing)])
  /// Whether nothing but white space has come since a call.
  private var isAfterCall = false

  /// White space after a call beyond which no closer is expected any more.
  private static let closingSpace = 64

  init(_ syntax: CallSyntax?, _ reasoning: ReasoningStyle) {
    self.syntax = syntax
    // The marker of reasoning comes last, after those of the calls.
    var markers = (syntax?.openings ?? []).map(\.marker)
    if reasoning != .none { markers.append(.init(ReasoningStyle.opening, isOnlyAtStart: true)) }
    search = MarkerSearch(markers)
    state = reasoning == .begun ? .reasoning : .text
  }

  mutating func run(_ buffer: inout OutputBuffer, _ events: inout EventList) {
    var goesOn = true
    while goesOn {
      switch state {
      case .text: goesOn = readText(&buffer, &events)
      case .reasoning: goesOn = readReasoning(&buffer, &events)
      case .afterReasoning:
        buffer.skipSpace()
        buffer.drop()
        goesOn = buffer.next != nil
        if goesOn { state = .text }
      case .call(let reader): goesOn = readCall(reader, &buffer, &events)
      case .afterCall(let closer): goesOn = readAfterCall(closer, &buffer)
      }
    }
  }

  // MARK: - Text

  private mutating func readText(_ buffer: inout OutputBuffer, _ events: inout EventList) -> Bool {
    switch search.next(in: buffer) {
    case .none(let safe):
      let text = buffer.take(upTo: safe)
      if isAfterCall { isAfterCall = text.utf8.allSatisfy(\.isSpace) }
      // A line break after the last call is no answer.
      if !(isAfterCall && buffer.isAtEnd) { events.content(text) }
      return false
    case .found(let marker, let place, let safe):
      events.content(buffer.take(upTo: safe))
      guard let syntax, syntax.openings.indices.contains(marker) else {
        buffer.cursor = place + ReasoningStyle.opening.utf8.count
        buffer.skipSpace()
        buffer.drop()
        state = .reasoning
        return true
      }
      let opening = syntax.openings[marker]
      buffer.cursor = opening.isPartOfCall ? place : place + opening.marker.bytes.count
      state = .call(.undecided(opening.beginning))
      return true
    }
  }

  // MARK: - Reasoning

  private mutating func readReasoning(_ buffer: inout OutputBuffer, _ events: inout EventList) -> Bool {
    if closingThink.isAtStart {
      // The line break after the opening marker.
      buffer.skipSpace()
      buffer.drop()
    }
    switch closingThink.next(in: buffer) {
    case .none(let safe):
      events.reasoning(buffer.take(upTo: safe))
      return false
    case .found(_, let place, let safe):
      events.reasoning(buffer.take(upTo: safe))
      buffer.cursor = place + ReasoningStyle.closing.utf8.count
      buffer.drop()
      closingThink.isAtStart = true
      state = .afterReasoning
      return true
    }
  }

  // MARK: - Calls

  private mutating func readCall(
    _ reader: CallReader, _ buffer: inout OutputBuffer, _ events: inout EventList
  ) -> Bool {
    let status: ReadingStatus
    var hasBegun = false
    switch reader {
    case .undecided(let beginning):
      guard let decided = decide(beginning, &buffer) else {
        if buffer.isAtEnd { fail(&buffer, &events) }
        return buffer.isAtEnd
      }
      state = .call(decided)
      return true
    case .object(var object):
      status = object.read(&buffer, &events)
      hasBegun = object.hasBegun || status == .complete
      state = .call(.object(object))
      if hasBegun, status != .incomplete || buffer.isAtEnd { events.end() }
    case .python(var list):
      status = list.read(&buffer, &events)
      state = .call(.python(list))
      if buffer.isAtEnd, list.isBetweenCalls { buffer.drop() }
    case .deepSeek(var call):
      status = call.read(&buffer, &events)
      hasBegun = call.hasBegun
      state = .call(.deepSeek(call))
      if hasBegun, status != .incomplete || buffer.isAtEnd { events.end() }
    }
    switch status {
    case .incomplete:
      guard buffer.isAtEnd else { return false }
      fail(&buffer, &events)
    case .failed: fail(&buffer, &events)
    case .complete:
      isAfterCall = true
      state = .afterCall(closer: 0)
    }
    return true
  }

  private func decide(_ beginning: CallSyntax.Beginning, _ buffer: inout OutputBuffer) -> CallReader? {
    switch beginning {
    case .deepSeek(let isInList): return .deepSeek(DeepSeekCallReader(isInList: isInList))
    case .object(let isBare, let allowsList):
      guard allowsList else { return .object(CallObjectReader(isBare: isBare)) }
      buffer.skipSpace()
      guard let byte = buffer.next else { return nil }
      if byte == UInt8(ascii: "[") { buffer.cursor += 1 }
      return .object(CallObjectReader(isBare: isBare))
    case .pythonOrObject(let isBare):
      buffer.skipSpace()
      guard let byte = buffer.next else { return nil }
      return byte == UInt8(ascii: "[") ? .python(PythonCallReader()) : .object(CallObjectReader(isBare: isBare))
    }
  }

  /// What is held back is content after all. The byte at the cursor may begin something.
  private mutating func fail(_ buffer: inout OutputBuffer, _ events: inout EventList) {
    if buffer.heldCount > 0 {
      search.isAtStart = false
      isAfterCall = false
    }
    events.content(buffer.take())
    state = .text
  }

  private mutating func readAfterCall(_ closer: Int, _ buffer: inout OutputBuffer) -> Bool {
    guard let syntax else {
      state = .text
      return true
    }
    var place = buffer.start
    let limit = place + Self.closingSpace
    func skipSpace() {
      while place < min(buffer.bytes.count, limit), buffer.bytes[place].isSpace { place += 1 }
    }
    skipSpace()
    if buffer.isAtEnd, place < buffer.bytes.count,
      syntax.closers[min(closer, syntax.closers.count)...].contains(where: { $0.starts(with: buffer.bytes[place...]) })
    {
      // A closer that was cut short, or was the last thing.
      buffer.cursor = buffer.bytes.count
      buffer.drop()
      return false
    }
    for index in closer..<syntax.closers.count {
      let text = syntax.closers[index]
      switch buffer.match(text, at: place) {
      case .full:
        buffer.cursor = place + text.count
        buffer.drop()
        state = index + 1 < syntax.closers.count ? .afterCall(closer: index + 1) : .text
        return true
      case .partial: return false
      case .none: break
      }
    }
    if place < buffer.bytes.count, syntax.separators.contains(buffer.bytes[place]) {
      place += 1
      skipSpace()
    } else if !syntax.allowsAdjacent {
      state = .text
      return true
    }
    guard place < buffer.bytes.count else {
      if buffer.isAtEnd { state = .text }
      return buffer.isAtEnd
    }
    guard buffer.bytes[place] == UInt8(ascii: "{") else {
      state = .text
      return true
    }
    buffer.cursor = place
    state = .call(.object(CallObjectReader(isBare: syntax.allowsAdjacent)))
    return true
  }
}
