/// Keys and values in the order they were added. It never changes.
final class Dictionary {
  let keys: [Value]
  let values: [Value]
  let nesting: Int
  private let positions: [DictionaryKey: Int]

  init(_ builder: DictionaryBuilder) {
    keys = builder.keys
    values = builder.values
    positions = builder.positions
    nesting = 1 + max(keys.lazy.map(\.nesting).max() ?? 0, values.lazy.map(\.nesting).max() ?? 0)
  }

  /// The value of a text key.
  subscript(key: Text) -> Value? {
    DictionaryBuilder.position(of: key, in: keys, positions).map { values[$0] }
  }

  /// The value of any key.
  subscript(key: DictionaryKey) -> Value? {
    DictionaryBuilder.position(of: key, in: keys, positions).map { values[$0] }
  }
}

/// A dictionary in the making.
struct DictionaryBuilder {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  /// Where each key is, once there are too many to look through.
  fileprivate var positions: [DictionaryKey: Int] = [:]

  private static let searchedCount = 8

  subscript(key: Text) -> Value? { Self.position(of: key, in: keys, positions).map { values[$0] } }

  /// Sets a key's value; a new key goes to the end. Nothing happens for a value that cannot be a key.
  mutating func set(_ key: DictionaryKey, _ original: Value, to value: Value) {
    if let position = Self.position(of: key, in: keys, positions) {
      values[position] = value
      return
    }
    keys.append(original)
    values.append(value)
    if keys.count > Self.searchedCount + 1 {
      positions[key] = keys.count - 1
    } else if keys.count == Self.searchedCount + 1 {
      for (index, key) in keys.enumerated() {
        if let key = DictionaryKey(key) { positions[key] = index }
      }
    }
  }

  mutating func set(_ key: Text, to value: Value) { set(.text(key.bytes), .text(key), to: value) }

  fileprivate static func position(of key: Text, in keys: [Value], _ positions: [DictionaryKey: Int]) -> Int? {
    if keys.count > searchedCount { return positions[.text(key.bytes)] }
    for (index, candidate) in keys.enumerated() {
      if case .text(let text) = candidate, text == key { return index }
    }
    return nil
  }

  fileprivate static func position(
    of key: DictionaryKey, in keys: [Value], _ positions: [DictionaryKey: Int]
  ) -> Int? {
    if keys.count > searchedCount { return positions[key] }
    return keys.firstIndex { DictionaryKey($0) == key }
  }
}

/// What makes two keys the same: `1`, `1.0` and `true` are.
enum DictionaryKey: Hashable {
  case undefined
  case none
  case integer(Int)
  case number(Double)
  case text([UInt8])
  case tuple([DictionaryKey])
  case object(ObjectIdentifier)
  case function(String)

  /// Nil for a value that cannot be a key: one that contains a list or a dictionary.
  init?(_ value: Value) {
    switch value {
    case .undefined: self = .undefined
    case .none: self = .none
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = Int(exactly: value).map { .integer($0) } ?? .number(value)
    case .text(let text): self = .text(text.bytes)
    case .tuple(let elements):
      var keys: [DictionaryKey] = []
      for value in elements.values {
        guard let key = DictionaryKey(value) else { return nil }
        keys.append(key)
      }
      self = .tuple(keys)
    case .list, .dictionary, .view: return nil
    case .range(let range): self = .object(ObjectIdentifier(range))
    case .generator(let generator): self = .object(ObjectIdentifier(generator))
    case .namespace(let namespace): self = .object(ObjectIdentifier(namespace))
    case .macro(let macro): self = .object(ObjectIdentifier(macro))
    case .loop(let loop): self = .object(ObjectIdentifier(loop))
    case .cycler(let cycler): self = .object(ObjectIdentifier(cycler))
    case .joiner(let joiner): self = .object(ObjectIdentifier(joiner))
    case .function(let function): self = .function(function.rawValue)
    case .method(let method): self = .object(ObjectIdentifier(method))
    }
  }
}
