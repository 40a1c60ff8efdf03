/// Reads a JSON text piece by piece, for files too large to be turned into values: a tokenizer.json holds hundreds
/// of thousands of strings.
///
///     var reader = try JSONReader(bytes)
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       if reader.equals(key, "vocab") { try readVocabulary(&reader) } else { try reader.skipValue() }
///     }
///     try reader.finish()
///
/// Everything that is passed over is checked as well: after `finish()` the whole text was valid JSON. Bytes are
/// checked to be UTF-8 at the start. Repeated keys are the caller's to find; `readValue` finds them.
public struct JSONReader: Sendable {
  /// What kind of value comes next.
  public enum Kind: String, Sendable, Hashable { case null, bool, number, string, array, object }

  /// A string of the text as it stands there, between its quotes.
  public struct StringToken: Sendable, Hashable {
    /// The bytes between the quotes.
    public let range: Range<Int>
    /// Whether the bytes hold escapes, and so differ from the string.
    public let hasEscapes: Bool
  }

  /// The text.
  public let bytes: [UInt8]
  /// Where the next piece begins, for messages and for measuring.
  public internal(set) var position = 0
  /// How many arrays and objects are open.
  public var depth: Int { containers.count }

  private var containers: [Container] = []
  private let maximumDepth: Int

  private struct Container {
    let isObject: Bool
    var isAtStart = true
  }

  /// Prepares to read a text; a UTF-8 byte order mark is skipped.
  /// - Throws: `JSONError` when the bytes are not UTF-8.
  public init(_ bytes: [UInt8], maximumDepth: Int = 128) throws(JSONError) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
    if let fault = firstInvalidUTF8(in: bytes) { throw JSONError("invalid UTF-8", at: fault, in: bytes) }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// An error about the place that has been reached, for callers whose expectations a valid text does not meet.
  public func error(_ message: String) -> JSONError { JSONError(message, at: position, in: bytes) }

  /// What kind of value comes next.
  public mutating func peek() throws(JSONError) -> Kind {
    guard let byte = nextByte() else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "N"), UInt8(ascii: "I"): throw error("NaN and Infinity are not JSON")
    default: throw unexpected("a value")
    }
  }

  // MARK: - Objects and arrays

  /// Enters an object.
  public mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "an object", isObject: true) }

  /// Enters an array.
  public mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "an array", isObject: false) }

  private mutating func begin(_ byte: UInt8, _ name: String, isObject: Bool) throws(JSONError) {
    guard nextByte() == byte else { throw unexpected(name) }
    guard containers.count < maximumDepth else { throw error("nested deeper than \(maximumDepth) levels") }
    position += 1
    containers.append(Container(isObject: isObject))
  }

  /// The next key of the object last entered, or nil when it has ended and was left.
  public mutating func nextKey() throws(JSONError) -> StringToken? {
    guard try advance(closing: UInt8(ascii: "}"), isObject: true) else { return nil }
    guard nextByte() == UInt8(ascii: "\"") else { throw unexpected("a key") }
    let key = try scanString()
    guard nextByte() == UInt8(ascii: ":") else { throw unexpected("':'") }
    position += 1
    return key
  }

  /// Whether another element of the array last entered follows; if not, the array was left.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try advance(closing: UInt8(ascii: "]"), isObject: false)
  }

  private mutating func advance(closing: UInt8, isObject: Bool) throws(JSONError) -> Bool {
    guard let container = containers.last, container.isObject == isObject else {
      throw error(isObject ? "not in an object" : "not in an array")
    }
    let byte = nextByte()
    if byte == closing {
      position += 1
      containers.removeLast()
      return false
    }
    if container.isAtStart {
      containers[containers.count - 1].isAtStart = false
      return true
    }
    guard byte == UInt8(ascii: ",") else { throw unexpected(isObject ? "',' or '}'" : "',' or ']'") }
    position += 1
    if nextByte() == closing { throw error("a comma before the end of \(isObject ? "an object" : "an array")") }
    return true
  }

  // MARK: - Values

  /// Reads `null`.
  public mutating func readNull() throws(JSONError) { try expect("null") }

  /// Reads `true` or `false`.
  public mutating func readBool() throws(JSONError) -> Bool {
    if nextByte() == UInt8(ascii: "t") {
      try expect("true")
      return true
    }
    try expect("false")
    return false
  }

  /// Reads a string.
  public mutating func readString() throws(JSONError) -> String { string(try readStringToken()) }

  /// Reads a string and tells where it stands; `string(_:)` and `utf8(_:)` give what it says.
  public mutating func readStringToken() throws(JSONError) -> StringToken {
    guard nextByte() == UInt8(ascii: "\"") else { throw unexpected("a string") }
    return try scanString()
  }

  /// Reads a whole number; `2.0` and `1e3` count.
  public mutating func readInt() throws(JSONError) -> Int {
    _ = nextByte()
    let start = position
    guard let value = try readNumber().int else {
      position = start
      throw error("expected a whole number that fits 64 bits")
    }
    return value
  }

  /// Reads a number.
  public mutating func readDouble() throws(JSONError) -> Double { try readNumber().double ?? .nan }

  /// Reads any value.
  public mutating func readValue(duplicateKeys: JSONValue.DuplicateKeys = .reject) throws(JSONError) -> JSONValue {
    switch try peek() {
    case .null:
      try readNull()
      return .null
    case .bool: return .bool(try readBool())
    case .number: return try readNumber()
    case .string: return .string(try readString())
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try readValue(duplicateKeys: duplicateKeys)) }
      return .array(elements)
    case .object:
      var object = JSONObject()
      try beginObject()
      while let key = try nextKey() {
        let isNew = object.insert(try readValue(duplicateKeys: duplicateKeys), for: string(key))
        guard isNew || duplicateKeys == .keepLast else {
          throw JSONError("the key \(quoted(key)) is repeated", at: key.range.lowerBound, in: bytes)
        }
      }
      return .object(object)
    }
  }

  /// Passes over a value of any kind, checking it.
  public mutating func skipValue() throws(JSONError) {
    let outer = containers.count
    try skipScalarOrBegin()
    while let container = containers.last, containers.count > outer {
      let hasMore = container.isObject ? try nextKey() != nil : try nextElement()
      if hasMore { try skipScalarOrBegin() }
    }
  }

  private mutating func skipScalarOrBegin() throws(JSONError) {
    switch try peek() {
    case .null: try readNull()
    case .bool: _ = try readBool()
    case .number: _ = try scanNumber()
    case .string: _ = try scanString()
    case .array: try beginArray()
    case .object: try beginObject()
    }
  }

  /// Makes sure that the text has ended.
  public mutating func finish() throws(JSONError) {
    guard containers.isEmpty else { throw error("an array or object was not read to its end") }
    guard nextByte() == nil else { throw error("more text after the end of the value") }
  }

  // MARK: - Bytes

  /// Skips white space and gives the byte that follows, without passing it; nil at the end.
  @inline(__always)
  mutating func nextByte() -> UInt8? {
    var index = position
    while index < bytes.count {
      let byte = bytes[index]
      if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) {
        position = index
        return byte
      }
      index += 1
    }
    position = index
    return nil
  }

  private mutating func expect(_ word: StaticString) throws(JSONError) {
    _ = nextByte()
    let text = word.description.utf8
    guard bytes[position...].starts(with: text) else { throw unexpected(word.description) }
    position += text.count
  }

  func unexpected(_ wanted: String) -> JSONError {
    guard position < bytes.count else { return error("the text ends where \(wanted) was expected") }
    let character = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self).prefix(1)
    return error("expected \(wanted), found '\(character)'")
  }

  private func quoted(_ token: StringToken) -> String {
    let text = string(token)
    return JSONValue.string(text.count > 60 ? text.prefix(60) + "…" : text).serialized()
  }
}
