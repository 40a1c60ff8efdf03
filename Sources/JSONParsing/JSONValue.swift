/// Any JSON value.
///
///     let value = try JSONValue(parsing: #"{"layers": [1, 2.5]}"#)
///     value.object?["layers"]?.array?[1].double   // 2.5
///
/// Numbers written without fraction or exponent that fit an `Int` are `integer`; all others are `number`. The
/// accessors (`int`, `double`, …) give nil for another kind of value.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// What to do with an object that names a key twice.
  public enum DuplicateKeys: Sendable {
    /// An error: the two readers of one file must not see different things.
    case reject
    /// The last value counts, at the first one's place, as in Python.
    case keepLast
  }

  /// Parses a whole JSON text.
  ///
  /// Strict RFC 8259: UTF-8, no comments, no trailing commas, no `NaN`. An escaped surrogate without its partner
  /// is an error, since no string can hold it. A UTF-8 byte order mark is skipped.
  /// - Parameters:
  ///   - maximumDepth: how deep arrays and objects may nest.
  ///   - duplicateKeys: what to do when an object names a key twice.
  public init(parsing bytes: [UInt8], maximumDepth: Int = 128, duplicateKeys: DuplicateKeys = .reject)
    throws(JSONError)
  {
    var reader = try JSONReader(bytes, maximumDepth: maximumDepth)
    self = try reader.readValue(duplicateKeys: duplicateKeys)
    try reader.finish()
  }

  /// Parses a whole JSON text, which is copied.
  public init(parsing bytes: Span<UInt8>, maximumDepth: Int = 128, duplicateKeys: DuplicateKeys = .reject)
    throws(JSONError)
  {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for index in bytes.indices { copy.append(bytes[index]) }
    try self.init(parsing: copy, maximumDepth: maximumDepth, duplicateKeys: duplicateKeys)
  }

  /// Parses a whole JSON text.
  public init(parsing text: String, maximumDepth: Int = 128, duplicateKeys: DuplicateKeys = .reject)
    throws(JSONError)
  {
    try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth, duplicateKeys: duplicateKeys)
  }

  /// The string, if this is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The truth value, if this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements, if this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The members, if this is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The whole number, if this is one; `2.0` and `1e3` count.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, if this is one.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The member of an object, or nil when this is no object or lacks the key.
  public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// True or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Null.
  public init(nilLiteral: ()) { self = .null }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object, its members in this order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
