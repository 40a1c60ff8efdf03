/// A value of a GGUF file's metadata, of one of the format's thirteen types.
public enum GGUFValue: Sendable, Hashable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  case array(GGUFArray)
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  /// The number that stands for the type in a file.
  var typeCode: UInt32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .string: 8
    case .array: 9
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    }
  }

  /// The value as an `Int`, if it is a whole number that fits one.
  public var int: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a `Double`, if it is a number.
  public var double: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    case .uint64(let value): Double(value)
    default: int.map(Double.init)
    }
  }
}

/// An array in a GGUF file's metadata: all elements have one type. Arrays of arrays are not supported.
public enum GGUFArray: Sendable, Hashable {
  case uint8([UInt8])
  case int8([Int8])
  case uint16([UInt16])
  case int16([Int16])
  case uint32([UInt32])
  case int32([Int32])
  case float32([Float])
  case bool([Bool])
  case strings(GGUFStrings)
  case uint64([UInt64])
  case int64([Int64])
  case float64([Double])

  /// The number that stands for the type of the elements in a file.
  var elementTypeCode: UInt32 {
    switch self {
    case .uint8: 0
    case .int8: 1
    case .uint16: 2
    case .int16: 3
    case .uint32: 4
    case .int32: 5
    case .float32: 6
    case .bool: 7
    case .strings: 8
    case .uint64: 10
    case .int64: 11
    case .float64: 12
    }
  }

  /// The number of elements.
  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int8(let values): values.count
    case .uint16(let values): values.count
    case .int16(let values): values.count
    case .uint32(let values): values.count
    case .int32(let values): values.count
    case .float32(let values): values.count
    case .bool(let values): values.count
    case .strings(let values): values.count
    case .uint64(let values): values.count
    case .int64(let values): values.count
    case .float64(let values): values.count
    }
  }

  /// The elements as `Int`s, if they are whole numbers that fit.
  public var ints: [Int]? {
    func exact(_ values: [some BinaryInteger]) -> [Int]? {
      let result = values.compactMap { Int(exactly: $0) }
      return result.count == values.count ? result : nil
    }
    return switch self {
    case .uint8(let values): exact(values)
    case .int8(let values): exact(values)
    case .uint16(let values): exact(values)
    case .int16(let values): exact(values)
    case .uint32(let values): exact(values)
    case .int32(let values): exact(values)
    case .uint64(let values): exact(values)
    case .int64(let values): exact(values)
    default: nil
    }
  }

  /// The elements as `Float`s, if they are floating-point numbers.
  public var floats: [Float]? {
    switch self {
    case .float32(let values): values
    case .float64(let values): values.map(Float.init)
    default: nil
    }
  }
}

/// Many strings in one block of memory: a vocabulary of 128,000 pieces is two allocations, not 128,000.
public struct GGUFStrings: Sendable, Hashable, RandomAccessCollection {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// No strings.
  public init() {}

  /// A copy of these strings.
  public init(_ strings: some Sequence<String>) {
    for string in strings { append(Array(string.utf8)) }
  }

  /// Adds a string by its bytes, which need not be UTF-8: some vocabularies hold pieces of characters.
  public mutating func append(_ string: some Collection<UInt8>) {
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
  }

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of elements.
  public var endIndex: Int { ends.count }

  /// A string; bytes that are not UTF-8 become U+FFFD.
  public subscript(position: Int) -> String { String(decoding: utf8(at: position), as: UTF8.self) }

  /// The bytes of a string as they stand in the file.
  public func utf8(at position: Int) -> ArraySlice<UInt8> {
    bytes[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
  }
}
