/// The members of a JSON object, in the order of the text.
///
/// Keys are compared byte by byte. Swift's `==` on strings would take é and e + ´ for one key, but a vocabulary
/// holds both.
public struct JSONObject: Sendable, Hashable {
  /// The keys in order.
  public private(set) var keys: [String] = []
  /// The values, in the order of `keys`.
  public private(set) var values: [JSONValue] = []
  /// Where each key is, once there are too many to look through.
  private var positions: [ExactString: Int] = [:]

  /// Beyond this many members, a key is looked up by its hash.
  private static let searchedCount = 8

  /// An object without members.
  public init() {}

  /// An object of these members; of two with the same key, the last counts.
  public init(_ pairs: some Sequence<(String, JSONValue)>) {
    for (key, value) in pairs { self[key] = value }
  }

  /// The number of members.
  public var count: Int { keys.count }
  /// Whether there are no members.
  public var isEmpty: Bool { keys.isEmpty }
  /// Key and value of each member, in order.
  public var pairs: Zip2Sequence<[String], [JSONValue]> { zip(keys, values) }

  /// The value of a key. A new key goes to the end; setting nil removes a key.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { values[$0] } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): values[position] = value
      case (nil, let value?): append(value, for: key)
      case (let position?, nil):
        keys.remove(at: position)
        values.remove(at: position)
        positions = [:]
        if keys.count > Self.searchedCount { indexKeys() }
      case (nil, nil): break
      }
    }
  }

  /// Adds a member at the end, and says whether the key was new; if not, the value at its place is replaced.
  mutating func insert(_ value: JSONValue, for key: String) -> Bool {
    if let position = position(of: key) {
      values[position] = value
      return false
    }
    append(value, for: key)
    return true
  }

  private mutating func append(_ value: JSONValue, for key: String) {
    keys.append(key)
    values.append(value)
    if keys.count > Self.searchedCount + 1 {
      positions[ExactString(key)] = keys.count - 1
    } else if keys.count == Self.searchedCount + 1 {
      indexKeys()
    }
  }

  private mutating func indexKeys() {
    for (position, key) in keys.enumerated() { positions[ExactString(key)] = position }
  }

  private func position(of key: String) -> Int? {
    if keys.count > Self.searchedCount { return positions[ExactString(key)] }
    return keys.firstIndex { $0.utf8.elementsEqual(key.utf8) }
  }

  /// Whether both have the same members in the same order.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.keys.count == b.keys.count && zip(a.keys, b.keys).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
      && a.values == b.values
  }

  /// Equal objects hash alike.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(keys)
    hasher.combine(values)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// These members in this order; of two with the same key, the last counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

/// A string that equals only strings of the same bytes.
package struct ExactString: Hashable, Sendable {
  package let string: String
  package init(_ string: String) { self.string = string }

  package static func == (a: ExactString, b: ExactString) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }
  package func hash(into hasher: inout Hasher) {
    // A sum of the bytes would be faster, but anyone could write a file in which all keys collide.
    for byte in string.utf8 { hasher.combine(byte) }
  }
}
