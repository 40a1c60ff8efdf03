import Tensors

/// Reads numbers and strings of a mapped file one after the other. Every read is checked against the file's end.
struct FileReader {
  let mapping: MappedFile
  /// Where the next piece begins.
  var position = 0

  init(_ mapping: MappedFile) { self.mapping = mapping }

  var file: String { mapping.path }
  /// How many bytes are left.
  var remaining: Int { max(0, mapping.byteCount - position) }

  func malformed(_ field: String, _ message: String) -> CheckpointError {
    CheckpointError(.malformed, file: file, field: excerpt(field), message)
  }

  /// Reads a little-endian integer.
  mutating func read<Number: FixedWidthInteger>(_ field: @autoclosure () -> String) throws(CheckpointError) -> Number {
    let byteCount = Number.bitWidth / 8
    guard let bits = mapping.littleEndianBits(at: position, byteCount: byteCount) else {
      throw malformed(field(), "the file ends within it; download it again")
    }
    position += byteCount
    return Number(truncatingIfNeeded: bits)
  }

  /// Reads an unsigned integer of up to 4 bytes.
  mutating func readInt(_ byteCount: Int, _ field: @autoclosure () -> String) throws(CheckpointError) -> Int {
    guard let bits = mapping.littleEndianBits(at: position, byteCount: byteCount), let value = Int(exactly: bits) else {
      throw malformed(field(), "the file ends within it; download it again")
    }
    position += byteCount
    return value
  }

  /// Reads a 64-bit count of items, for which the rest of the file must have room.
  mutating func readCount(_ field: @autoclosure () -> String, bytesPerItem: Int) throws(CheckpointError) -> Int {
    let count: UInt64 = try read(field())
    guard count <= UInt64(remaining / max(bytesPerItem, 1)) else {
      throw malformed(field(), "\(count) items exceed the \(remaining) bytes that follow; download the file again")
    }
    return Int(count)
  }

  /// Reads a 64-bit length and as many bytes.
  mutating func readString(_ field: @autoclosure () -> String) throws(CheckpointError) -> [UInt8] {
    let count = try readCount(field(), bytesPerItem: 1)
    guard let bytes = mapping.bytes(at: position, count: count) else {
      throw malformed(field(), "the file ends within it; download it again")
    }
    position += count
    return bytes
  }
}
