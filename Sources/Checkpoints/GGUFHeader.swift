import Tensors

/// What stands before the elements in one GGUF file, checked against the size of the file.
struct GGUFHeader {
  private(set) var metadata: GGUFMetadata
  private(set) var entries: [TensorTable.Entry] = []

  static let magic = Array("GGUF".utf8)
  static let defaultAlignment = 32

  init(path: String) throws(CheckpointError) {
    let mapping = try MappedFile.open(path)
    var reader = FileReader(mapping)
    metadata = GGUFMetadata(file: path)
    guard mapping.bytes(at: 0, count: 4) == Self.magic else {
      throw reader.malformed("magic", "the file does not begin with \"GGUF\"; this is not a GGUF file")
    }
    reader.position = 4
    let version = try reader.readInt(4, "version")
    guard version & 0xFFFF != 0 else {
      throw CheckpointError(
        .unsupported, file: path, field: "version", "the file is big-endian; convert the model for this machine")
    }
    guard 2...3 ~= version else {
      throw CheckpointError(
        .unsupported, file: path, field: "version", "\(version) is not 2 or 3; convert the model with a current tool")
    }
    // The smallest tensor takes 24 bytes, the smallest pair of key and value 13.
    let tensorCount = try reader.readCount("tensor count", bytesPerItem: 24)
    let pairCount = try reader.readCount("metadata count", bytesPerItem: 13)
    for index in 0..<pairCount {
      let key = try Self.readKey(&reader, index: index)
      guard metadata[key] == nil else { throw reader.malformed(key, "the key is there twice") }
      metadata[key] = try Self.readValue(&reader, key: key)
    }
    try readTensors(&reader, count: tensorCount, alignment: Self.alignment(metadata, reader))
  }

  private static func alignment(_ metadata: GGUFMetadata, _ reader: FileReader) throws(CheckpointError) -> Int {
    let key = "general.alignment"
    guard let value = metadata[key] else { return defaultAlignment }
    guard case .uint32(let alignment) = value else {
      throw CheckpointError(.wrongType, file: metadata.file, field: key, "expected a 32-bit unsigned number")
    }
    guard alignment > 0, alignment & (alignment - 1) == 0, alignment <= 1 << 20 else {
      throw reader.malformed(key, "\(alignment) is not a power of two up to 1048576")
    }
    return Int(alignment)
  }

  // MARK: - Metadata

  private static func readKey(_ reader: inout FileReader, index: Int) throws(CheckpointError) -> String {
    let bytes = try reader.readString("key \(index)")
    guard 1...65_535 ~= bytes.count, let key = String(validating: bytes, as: UTF8.self) else {
      throw reader.malformed("key \(index)", "a key must be 1 to 65535 bytes of UTF-8")
    }
    return key
  }

  private static func readValue(_ reader: inout FileReader, key: String) throws(CheckpointError) -> GGUFValue {
    let type = try reader.readInt(4, key)
    switch type {
    case 0: return .uint8(try reader.read(key))
    case 1: return .int8(try reader.read(key))
    case 2: return .uint16(try reader.read(key))
    case 3: return .int16(try reader.read(key))
    case 4: return .uint32(try reader.read(key))
    case 5: return .int32(try reader.read(key))
    case 6: return .float32(Float(bitPattern: try reader.read(key)))
    case 7: return .bool(try readBool(&reader, key))
    case 8: return .string(String(decoding: try reader.readString(key), as: UTF8.self))
    case 9: return .array(try readArray(&reader, key: key))
    case 10: return .uint64(try reader.read(key))
    case 11: return .int64(try reader.read(key))
    case 12: return .float64(Double(bitPattern: try reader.read(key)))
    default: throw reader.malformed(key, "there is no type \(type)")
    }
  }

  private static func readBool(_ reader: inout FileReader, _ key: String) throws(CheckpointError) -> Bool {
    let byte: UInt8 = try reader.read(key)
    guard byte <= 1 else { throw reader.malformed(key, "a truth value must be 0 or 1, not \(byte)") }
    return byte == 1
  }

  private static func readArray(_ reader: inout FileReader, key: String) throws(CheckpointError) -> GGUFArray {
    let type = try reader.readInt(4, key)
    let widths = [1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8]
    guard widths.indices ~= type else { throw reader.malformed(key, "there is no type \(type)") }
    guard type != 9 else {
      throw CheckpointError(.unsupported, file: reader.file, field: excerpt(key), "arrays of arrays are not supported")
    }
    let count = try reader.readCount(key, bytesPerItem: widths[type])
    func integers<Number: FixedWidthInteger>(_: Number.Type) throws(CheckpointError) -> [Number] {
      var values: [Number] = []
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try reader.read(key)) }
      return values
    }
    switch type {
    case 0: return .uint8(try integers(UInt8.self))
    case 1: return .int8(try integers(Int8.self))
    case 2: return .uint16(try integers(UInt16.self))
    case 3: return .int16(try integers(Int16.self))
    case 4: return .uint32(try integers(UInt32.self))
    case 5: return .int32(try integers(Int32.self))
    case 6: return .float32(try integers(UInt32.self).map { Float(bitPattern: $0) })
    case 7:
      var values: [Bool] = []
      for _ in 0..<count { values.append(try readBool(&reader, key)) }
      return .bool(values)
    case 8:
      var strings = GGUFStrings()
      for _ in 0..<count { strings.append(try reader.readString(key)) }
      return .strings(strings)
    case 10: return .uint64(try integers(UInt64.self))
    case 11: return .int64(try integers(Int64.self))
    default: return .float64(try integers(UInt64.self).map { Double(bitPattern: $0) })
    }
  }

  // MARK: - Tensors

  private mutating func readTensors(_ reader: inout FileReader, count: Int, alignment: Int) throws(CheckpointError) {
    struct Claim {
      let name: String
      let dimensions: [Int]
      let type: Int
      let offset: Int
    }
    var claims: [Claim] = []
    for index in 0..<count {
      let bytes = try reader.readString("name of tensor \(index)")
      guard !bytes.isEmpty, bytes.count <= 65_535, let name = String(validating: bytes, as: UTF8.self) else {
        throw reader.malformed("name of tensor \(index)", "a name must be 1 to 65535 bytes of UTF-8")
      }
      let rank = try reader.readInt(4, name)
      guard rank <= 4 else { throw reader.malformed(name, "\(rank) dimensions are more than 4") }
      var dimensions: [Int] = []
      for _ in 0..<rank {
        let bits: UInt64 = try reader.read(name)
        guard let extent = Int(exactly: bits), extent > 0 else {
          throw reader.malformed(name, "\(Int64(bitPattern: bits)) is no extent of a tensor")
        }
        dimensions.insert(extent, at: 0)
      }
      let type = try reader.readInt(4, name)
      let offset: UInt64 = try reader.read(name)
      guard let offset = Int(exactly: offset), offset % alignment == 0 else {
        throw reader.malformed(name, "its offset \(offset) is not a multiple of the alignment \(alignment)")
      }
      claims.append(Claim(name: name, dimensions: dimensions, type: type, offset: offset))
    }
    guard !claims.isEmpty else { return }

    let storage = Storage(mapping: reader.mapping)
    // The position is at most the file's size and the alignment at most 2^20: the sum cannot overflow.
    let start = (reader.position + alignment - 1) / alignment * alignment
    // Where the next tensor must begin; unknown after one whose type, and so size, is unknown.
    var expected: Int? = 0
    for claim in claims {
      let (begin, overflow) = start.addingReportingOverflow(claim.offset)
      guard !overflow, begin <= reader.mapping.byteCount else {
        throw reader.malformed(claim.name, "its offset \(claim.offset) is past the end; download the file again")
      }
      if let expected, expected != claim.offset {
        throw reader.malformed(claim.name, "its offset is \(claim.offset), but the tensors before it take \(expected)")
      }
      let elementType = ElementType(gguf: claim.type)
      expected = nil
      if let elementType {
        let description = TensorDescription(name: claim.name, shape: Shape(claim.dimensions), elementType: elementType)
        guard let byteCount = description.byteCount else {
          throw reader.malformed(
            claim.name, "\(claim.dimensions) is too large, or its rows are no whole blocks of \(elementType)")
        }
        guard byteCount <= reader.mapping.byteCount - begin else {
          throw reader.malformed(
            claim.name,
            "it needs \(byteCount) bytes, but the file ends after \(reader.mapping.byteCount - begin); download it again"
          )
        }
        // Both are at most the file's size, so the padded end cannot overflow.
        expected = (claim.offset + byteCount + alignment - 1) / alignment * alignment
      }
      entries.append(
        TensorTable.Entry(
          name: claim.name, shape: Shape(claim.dimensions), elementType: elementType,
          typeName: "GGUF type \(claim.type)", file: reader.file, storage: storage, byteOffset: begin))
    }
  }
}

extension ElementType {
  init?(gguf code: Int) {
    guard let match = Self.allCases.first(where: { $0.ggufCode.map(Int.init) == code }) else { return nil }
    self = match
  }
}
