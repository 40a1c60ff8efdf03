extension MappedFile {
  /// A little-endian number of 1 to 8 bytes, or nil when it would not lie within the file.
  package func littleEndianBits(at offset: Int, byteCount: Int) -> UInt64? {
    guard offset >= 0, 1...8 ~= byteCount, byteCount <= self.byteCount, offset <= self.byteCount - byteCount
    else { return nil }
    var bits: UInt64 = 0
    for index in 0..<byteCount {
      bits |= unsafe UInt64(base.load(fromByteOffset: offset + index, as: UInt8.self)) << UInt64(8 * index)
    }
    return bits
  }

  /// A copy of some bytes, or nil when they would not lie within the file.
  package func bytes(at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, count <= byteCount, offset <= byteCount - count else { return nil }
    return unsafe Array(UnsafeRawBufferPointer(start: base + offset, count: count))
  }
}

extension Tensor {
  /// This tensor, or a copy when its first element does not lie where the processor expects numbers of its type.
  /// Files may place tensors at any byte.
  package func aligned() -> Tensor {
    // Blocks hold 16-bit scales; a plain number's size is its alignment.
    let alignment = elementType.isBlocked ? 2 : elementType.bytesPerBlock
    guard byteOffset % alignment != 0 else { return self }
    let copy = Tensor(uninitialized: shape, elementType: elementType)
    unsafe copy.pointer.copyMemory(from: pointer, byteCount: byteCount)
    return copy
  }
}
