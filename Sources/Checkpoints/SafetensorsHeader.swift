import JSONParsing
import Tensors

/// The header of one safetensors file, checked against the size of the file.
struct SafetensorsHeader {
  private(set) var entries: [TensorTable.Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// The format's own limit.
  static let maximumByteCount: UInt64 = 100_000_000

  private struct Claim {
    let name: String
    let typeName: String
    let dimensions: [Int]
    let begin: Int
    let end: Int
  }

  init(path: String) throws(CheckpointError) {
    let mapping = try MappedFile.open(path)
    guard let length = mapping.littleEndianBits(at: 0, byteCount: 8) else {
      throw CheckpointError(
        .malformed, file: path, field: "header length",
        "the file has only \(mapping.byteCount) bytes; download it again")
    }
    guard length >= 2, length <= Self.maximumByteCount else {
      throw CheckpointError(
        .malformed, file: path, field: "header length",
        "\(length) bytes are not between 2 and \(Self.maximumByteCount); this may not be a safetensors file")
    }
    guard let bytes = mapping.bytes(at: 8, count: Int(length)) else {
      throw CheckpointError(
        .malformed, file: path, field: "header length",
        "\(length) bytes exceed the \(mapping.byteCount) of the file; download it again")
    }
    guard bytes.first == UInt8(ascii: "{") else {
      throw CheckpointError(.malformed, file: path, field: "header", "it does not begin with '{'")
    }
    var claims: [Claim]
    do {
      var reader = try JSONReader(bytes, maximumDepth: 8)
      claims = try Self.read(&reader, metadata: &metadata)
    } catch {
      throw CheckpointError(.malformed, file: path, field: "header", "\(error)")
    }
    // Elements fill the rest of the file without holes, so that nothing can hide in it.
    claims.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    let dataStart = 8 + Int(length)
    let dataByteCount = mapping.byteCount - dataStart
    let storage = Storage(mapping: mapping)
    var end = 0
    for claim in claims {
      func malformed(_ message: String) -> CheckpointError {
        CheckpointError(.malformed, file: path, field: excerpt(claim.name), message)
      }
      guard claim.end <= dataByteCount else {
        throw malformed(
          "it ends at byte \(claim.end) of \(dataByteCount); the file was cut short, so download it again")
      }
      guard claim.begin >= end else { throw malformed("its bytes overlap those of another tensor") }
      guard claim.begin == end else { throw malformed("\(claim.begin - end) bytes before it belong to no tensor") }
      guard let count = Shape.checkedElementCount(claim.dimensions) else {
        throw malformed("the shape \(claim.dimensions) has too many elements")
      }
      if let bits = Self.bitsPerElement[claim.typeName] {
        let (total, overflow) = count.multipliedReportingOverflow(by: bits)
        guard !overflow, total % 8 == 0, total / 8 == claim.end - claim.begin else {
          throw malformed(
            "\(claim.dimensions) elements of \(claim.typeName) do not take \(claim.end - claim.begin) bytes")
        }
      }
      end = claim.end
      entries.append(
        TensorTable.Entry(
          name: claim.name, shape: Shape(claim.dimensions), elementType: ElementType(safetensors: claim.typeName),
          typeName: claim.typeName, file: path, storage: storage, byteOffset: dataStart + claim.begin))
    }
    guard end == dataByteCount else {
      throw CheckpointError(
        .malformed, file: path, field: "header", "\(dataByteCount - end) bytes at the end belong to no tensor")
    }
  }

  private static func read(_ reader: inout JSONReader, metadata: inout [String: String]) throws(JSONError) -> [Claim] {
    var claims: [Claim] = []
    var hasMetadata = false
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard reader.equals(key, "__metadata__") else {
        claims.append(try readClaim(&reader, name: reader.string(key)))
        continue
      }
      if hasMetadata { throw reader.error("__metadata__ is repeated") }
      hasMetadata = true
      guard case .object(let object) = try reader.readValue() else {
        throw reader.error("__metadata__: expected an object")
      }
      for (key, value) in object.pairs {
        guard let text = value.string else { throw reader.error("__metadata__: expected strings only") }
        metadata[key] = text
      }
    }
    try reader.finish()
    return claims
  }

  private static func readClaim(_ reader: inout JSONReader, name: String) throws(JSONError) -> Claim {
    var typeName: String?
    var dimensions: [Int]?
    var offsets: [Int]?
    func extents(_ field: String) throws(JSONError) -> [Int] {
      var values: [Int] = []
      try reader.beginArray()
      while try reader.nextElement() {
        let value = try reader.readInt()
        guard value >= 0 else { throw reader.error("\(excerpt(name)): \(field): \(value) is negative") }
        guard values.count < 32 else { throw reader.error("\(excerpt(name)): \(field): more than 32 numbers") }
        values.append(value)
      }
      return values
    }
    try reader.beginObject()
    while let key = try reader.nextKey() {
      let field = reader.string(key)
      let isRepeated: Bool
      switch field {
      case "dtype":
        isRepeated = typeName != nil
        typeName = try reader.readString()
      case "shape":
        isRepeated = dimensions != nil
        dimensions = try extents(field)
      case "data_offsets":
        isRepeated = offsets != nil
        offsets = try extents(field)
      default:
        isRepeated = false
        try reader.skipValue()
      }
      if isRepeated { throw reader.error("\(excerpt(name)): \(field) is repeated") }
    }
    guard let typeName else { throw reader.error("\(excerpt(name)): there is no dtype") }
    guard let dimensions else { throw reader.error("\(excerpt(name)): there is no shape") }
    guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw reader.error("\(excerpt(name)): data_offsets must be two numbers, of which the second is not smaller")
    }
    return Claim(name: name, typeName: typeName, dimensions: dimensions, begin: offsets[0], end: offsets[1])
  }

  /// The sizes of all types that the format defines, also of those that Swiftlet does not compute with.
  private static let bitsPerElement: [String: Int] = [
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
  ]
}

extension ElementType {
  /// The element type that safetensors calls so; a truth value takes a byte.
  init?(safetensors name: String) {
    switch name {
    case "F32": self = .f32
    case "F16": self = .f16
    case "BF16": self = .bf16
    case "F64": self = .f64
    case "I8": self = .i8
    case "U8", "BOOL": self = .u8
    case "I16": self = .i16
    case "I32": self = .i32
    case "I64": self = .i64
    default: return nil
    }
  }

  /// What safetensors calls this type, or nil for block types, which it does not know.
  var safetensorsName: String? { isBlocked ? nil : rawValue.uppercased() }
}
