/// Numbers in a shape: a cheap reference to a piece of a `Storage`, contiguous and row-major.
///
/// Activations are float32 and writable; weights may be of any `ElementType` and may lie in a mapped file.
///
///     let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
///     x.rows(1..<2).floats()   // [4, 5, 6]
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  /// How the elements are stored.
  public let elementType: ElementType
  /// The memory that holds them.
  public let storage: Storage
  /// Where in the storage the first element lies.
  public let byteOffset: Int

  /// A view of existing memory, or nil when the elements would not lie within `storage` or rows would split a block.
  public init?(viewing storage: Storage, byteOffset: Int, shape: Shape, elementType: ElementType) {
    guard let count = Shape.checkedElementCount(shape.dimensions), shape.columnCount % elementType.blockSize == 0,
      let bytes = elementType.byteCount(elements: count), byteOffset >= 0
    else { return nil }
    let (end, overflow) = byteOffset.addingReportingOverflow(bytes)
    guard !overflow, end <= storage.byteCount else { return nil }
    self.init(unchecked: storage, byteOffset: byteOffset, shape: shape, elementType: elementType)
  }

  private init(unchecked storage: Storage, byteOffset: Int, shape: Shape, elementType: ElementType) {
    self.storage = storage
    self.byteOffset = byteOffset
    self.shape = shape
    self.elementType = elementType
  }

  /// Memory that nothing has been written to yet. The shape is the program's own, not a file's.
  public init(uninitialized shape: Shape, elementType: ElementType = .f32) {
    precondition(shape.columnCount % elementType.blockSize == 0, "\(shape) splits a block of \(elementType)")
    let bytes = elementType.byteCount(elements: shape.elementCount) ?? 0
    self.init(unchecked: Storage(byteCount: bytes), byteOffset: 0, shape: shape, elementType: elementType)
  }

  /// All zeros.
  public init(zeros shape: Shape, elementType: ElementType = .f32) {
    self.init(uninitialized: shape, elementType: elementType)
    unsafe pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  /// Float32 elements copied from an array whose count is the shape's.
  public init(_ elements: [Float], shape: Shape) {
    precondition(elements.count == shape.elementCount, "\(elements.count) elements do not fill \(shape)")
    self.init(uninitialized: shape)
    unsafe elements.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(start: pointer, count: byteCount).copyMemory(from: source)
    }
  }

  /// The number of elements.
  public var elementCount: Int { shape.elementCount }
  /// The number of bytes that the elements take.
  public var byteCount: Int { elementCount / elementType.blockSize * elementType.bytesPerBlock }
  /// The bytes of one row of `shape.columnCount` elements.
  public var bytesPerRow: Int { shape.columnCount / elementType.blockSize * elementType.bytesPerBlock }

  package var pointer: UnsafeMutableRawPointer { unsafe storage.base + byteOffset }
  package var floatPointer: UnsafeMutablePointer<Float> {
    precondition(elementType == .f32, "expected float32 elements, not \(elementType)")
    return unsafe pointer.assumingMemoryBound(to: Float.self)
  }

  /// The same elements in another shape of the same count.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.elementCount == elementCount && shape.columnCount % elementType.blockSize == 0)
    return Tensor(unchecked: storage, byteOffset: byteOffset, shape: shape, elementType: elementType)
  }

  /// A view of some entries of the outermost dimension.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
    if range.count == shape[0] { return self }
    let perEntry = shape[0] == 0 ? 0 : byteCount / shape[0]
    return Tensor(
      unchecked: storage, byteOffset: byteOffset + range.lowerBound * perEntry,
      shape: shape.withFirst(range.count), elementType: elementType)
  }

  /// A view of one entry of the outermost dimension, without that dimension.
  public subscript(_ index: Int) -> Tensor {
    rows(index..<index + 1).reshaped(to: Shape(Array(shape.dimensions.dropFirst())))
  }

  /// Calls `body` with the elements of a float32 tensor.
  public func withSpan<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    let buffer = unsafe UnsafeBufferPointer(start: floatPointer, count: elementCount)
    return unsafe try body(buffer.span)
  }

  /// Calls `body` with the writable elements of a float32 tensor that is not a mapped file.
  public func withMutableSpan<Result>(_ body: (inout MutableSpan<Float>) throws -> Result) rethrows -> Result {
    precondition(!storage.isMapped, "a mapped file cannot be written")
    let buffer = unsafe UnsafeMutableBufferPointer(start: floatPointer, count: elementCount)
    var span = unsafe buffer.mutableSpan
    return try body(&span)
  }

  /// Calls `body` with the raw bytes of the elements, whatever their type.
  public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: pointer, count: byteCount)
    return unsafe try body(buffer.bytes)
  }

  /// Calls `body` with the writable raw bytes of a tensor that is not a mapped file.
  public func withMutableBytes<Result>(_ body: (inout MutableRawSpan) throws -> Result) rethrows -> Result {
    precondition(!storage.isMapped, "a mapped file cannot be written")
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: pointer, count: byteCount)
    var span = unsafe buffer.mutableBytes
    return try body(&span)
  }

  /// Gives back the memory of a mapped file's pages that hold the elements; they can be read again.
  package func releasePages() { storage.releasePages(byteOffset..<byteOffset + byteCount) }
}
