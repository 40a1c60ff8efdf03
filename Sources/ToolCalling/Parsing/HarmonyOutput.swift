/// Takes apart messages in channels, as gpt-oss writes them. The prompt ends with `<|start|>assistant`, so the output begins
/// with the rest of a header:
///
///     <|channel|>analysis<|message|>What it thinks.<|end|>
///     <|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}<|call|>
///
/// A header may also name the recipient before the channel. `analysis` is reasoning, other channels are content, and what
/// is addressed to a function is a call.
struct HarmonyOutput: Sendable {
  private enum Body: Sendable {
    case content, reasoning
    /// A call whose arguments have not begun.
    case call
    /// Arguments that are no object: passed on up to the next marker.
    case plainArguments
    case arguments(JSONExtent)
  }

  private enum State: Sendable {
    case header(isFirst: Bool)
    case body(Body)
    /// After a message.
    case between
  }

  private let parsesToolCalls: Bool
  private var state = State.header(isFirst: true)
  private var search = MarkerSearch(Self.bodyMarkers.map { .init($0) })

  /// What the header of the next message begins with, which ends a message where its end is missing.
  private static let headerBeginnings = [Markers.start, Markers.channel]
  private static let bodyMarkers = [Markers.end, Markers.call, Markers.return] + headerBeginnings
  private static let bodyMarkerBytes = bodyMarkers.map { Array($0.utf8) }
  private static let headerMarkers = [Markers.message, Markers.channel, Markers.constrain].map { Array($0.utf8) }
  private static let start = Array(Markers.start.utf8)
  private static let laterHeaders = [Markers.start + "assistant", Markers.channel].map { Array($0.utf8) }
  private static let firstHeaders = laterHeaders + [Markers.message, " to=", "to="].map { Array($0.utf8) }
  private static let longestHeader = 512

  init(parsesToolCalls: Bool) { self.parsesToolCalls = parsesToolCalls }

  mutating func run(_ buffer: inout OutputBuffer, _ events: inout EventList) {
    var goesOn = true
    while goesOn {
      switch state {
      case .header(let isFirst): goesOn = readHeader(isFirst: isFirst, &buffer, &events)
      case .body(let body): goesOn = read(body, &buffer, &events)
      case .between: goesOn = readBetween(&buffer)
      }
    }
  }

  // MARK: - Headers

  /// Headers are short, so one that comes in pieces is read again from its start with each piece.
  private mutating func readHeader(
    isFirst: Bool, _ buffer: inout OutputBuffer, _ events: inout EventList
  ) -> Bool {
    guard !buffer.isAtEnd || buffer.start < buffer.bytes.count else { return false }
    var place = buffer.start
    var words: [(text: String, isChannel: Bool)] = []
    var word: [UInt8] = []
    var isChannel = false
    func endWord() {
      guard !word.isEmpty else { return }
      words.append((String(decoding: word, as: UTF8.self), isChannel))
      isChannel = false
      word = []
    }
    let beginnings = (isFirst ? Self.firstHeaders : Self.laterHeaders).map { buffer.match($0, at: place) }
    let hasStart = buffer.match(Self.start, at: place) == .full
    guard beginnings.contains(.full) else {
      if beginnings.contains(.partial) { return false }
      return failHeader(at: hasStart ? place + Self.start.count : place, &buffer, &events)
    }
    if hasStart { place += Self.start.count }
    while place < buffer.bytes.count {
      let byte = buffer.bytes[place]
      guard place - buffer.start < Self.longestHeader else { break }
      if byte == UInt8(ascii: "<") {
        let matches = Self.headerMarkers.map { buffer.match($0, at: place) }
        guard let marker = matches.firstIndex(of: .full) else {
          if matches.contains(.partial) { return false }
          return failHeader(at: place, &buffer, &events)
        }
        endWord()
        place += Self.headerMarkers[marker].count
        if marker == 0 {
          buffer.cursor = place
          buffer.drop()
          begin(words, &events)
          return true
        }
        isChannel = marker == 1
      } else if byte == UInt8(ascii: " ") {
        endWord()
        place += 1
      } else if byte.isNameByte || byte == UInt8(ascii: "=") {
        word.append(byte)
        place += 1
      } else {
        return failHeader(at: place, &buffer, &events)
      }
    }
    if place < buffer.bytes.count || buffer.isAtEnd { return failHeader(at: place, &buffer, &events) }
    return false
  }

  private mutating func failHeader(
    at place: Int, _ buffer: inout OutputBuffer, _ events: inout EventList
  ) -> Bool {
    events.content(buffer.take(upTo: place))
    state = .body(.content)
    return true
  }

  private mutating func begin(_ words: [(text: String, isChannel: Bool)], _ events: inout EventList) {
    let recipient = words.last { $0.text.hasPrefix("to=") }?.text.dropFirst(3) ?? ""
    let channel = words.last { $0.isChannel }?.text
    search.isAtStart = true
    if parsesToolCalls, !recipient.isEmpty, recipient != "assistant", recipient != "user", recipient != "all" {
      events.begin(String(recipient.hasPrefix("functions.") ? recipient.dropFirst(10) : recipient))
      state = .body(.call)
    } else {
      state = .body(channel == "analysis" ? .reasoning : .content)
    }
  }

  // MARK: - Bodies

  private mutating func read(_ body: Body, _ buffer: inout OutputBuffer, _ events: inout EventList) -> Bool {
    switch body {
    case .content, .reasoning, .plainArguments: return readText(body, &buffer, &events)
    case .call:
      buffer.skipSpace()
      buffer.drop()
      guard let byte = buffer.next else {
        if buffer.isAtEnd { endCall(withoutArguments: true, &events) }
        return false
      }
      if byte == UInt8(ascii: "{") {
        state = .body(.arguments(JSONExtent()))
        return true
      }
      let matches = Self.bodyMarkerBytes.map { buffer.match($0, at: buffer.cursor) }
      if matches.contains(.full) {
        endCall(withoutArguments: true, &events)
        return true
      }
      if !matches.contains(.partial) { state = .body(.plainArguments) }
      return !matches.contains(.partial)
    case .arguments(var extent):
      let status = extent.advance(&buffer)
      events.arguments(buffer.take())
      state = .body(.arguments(extent))
      if status == .incomplete, !buffer.isAtEnd { return false }
      endCall(withoutArguments: false, &events)
      if status == .failed { state = .body(.content) }
      return true
    }
  }

  private mutating func endCall(withoutArguments: Bool, _ events: inout EventList) {
    if withoutArguments { events.arguments("{}") }
    events.end()
    state = .between
  }

  private mutating func readText(_ body: Body, _ buffer: inout OutputBuffer, _ events: inout EventList) -> Bool {
    func give(_ text: String) {
      switch body {
      case .reasoning: events.reasoning(text)
      case .content: events.content(text)
      default: events.arguments(text)
      }
    }
    switch search.next(in: buffer) {
    case .none(let safe):
      give(buffer.take(upTo: safe))
      if buffer.isAtEnd, case .plainArguments = body { endCall(withoutArguments: false, &events) }
      return false
    case .found(_, let place, _):
      give(buffer.take(upTo: place))
      if case .plainArguments = body { endCall(withoutArguments: false, &events) }
      state = .between
      return true
    }
  }

  // MARK: - Between messages

  private mutating func readBetween(_ buffer: inout OutputBuffer) -> Bool {
    buffer.skipSpace()
    buffer.drop()
    guard buffer.next != nil else { return false }
    let matches = Self.bodyMarkerBytes.map { buffer.match($0, at: buffer.cursor) }
    guard let marker = matches.firstIndex(of: .full) else {
      if matches.contains(.partial) { return false }
      state = .body(.content)
      return true
    }
    if Self.headerBeginnings.contains(Self.bodyMarkers[marker]) {
      state = .header(isFirst: false)
    } else {
      buffer.cursor += Self.bodyMarkerBytes[marker].count
      buffer.drop()
    }
    return true
  }
}
