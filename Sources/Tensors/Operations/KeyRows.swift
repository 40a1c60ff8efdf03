import CTensorKernels

/// The keys, or the values, of one sequence, wherever they lie: in the rows of a tensor, or in the pages of a cache.
struct KeyRows: Sendable {
  let elementType: ElementType
  /// [rows, kvHeadCount * headSize], where they are not in pages.
  let tensor: Tensor?
  /// The bytes of a head's row.
  private let rowBytes: Int
  private let pages: [Storage]
  private let firstPage, pageLength, offset: Int

  init(_ tensor: Tensor) {
    self.tensor = tensor
    elementType = tensor.elementType
    (rowBytes, pages, firstPage, pageLength, offset) = (0, [], 0, .max, 0)
  }

  init(pages: [Storage], firstPage: Int, format: KeyValueFormat, offset: Int, elementType: ElementType) {
    tensor = nil
    self.pages = pages
    self.firstPage = firstPage
    self.pageLength = format.pageLength
    self.offset = offset
    self.elementType = elementType
    rowBytes = format.rowBytes(elementType)
  }

  var cacheCode: Int32 { elementType.cacheCode ?? Int32(CTK_F32) }

  // MARK: - Pages

  /// The tile that holds a position of a head. Those of later positions of the same page follow it.
  func tile(of head: Int, at position: Int) -> UnsafeRawPointer {
    let place = position % pageLength / KeyValueFormat.tile * KeyValueFormat.tile
    let page = pages[position / pageLength - firstPage]
    return unsafe UnsafeRawPointer(page.base + offset + (head * pageLength + place) * rowBytes)
  }

  /// The bytes of so many positions.
  func byteCount(_ positions: Int) -> Int { positions * rowBytes }

  // MARK: - Tensors

  /// A head's row of a tensor; the next one lies `tensor.bytesPerRow` on.
  private static func row(_ tensor: Tensor, _ head: Int, _ size: Int, _ position: Int) -> UnsafeRawPointer {
    let offset = position * tensor.bytesPerRow + head * size * tensor.elementType.bytesPerBlock
    return unsafe UnsafeRawPointer(tensor.pointer + offset)
  }

  // MARK: - For the kernels of short attention

  /// Says where the keys of a block are, which begins at a tile.
  /// - Parameter scratch: Takes the keys of a tensor as tiles of float32.
  func describeKeys(
    _ block: Range<Int>, of head: Int, size: Int, scratch: UnsafeMutablePointer<Float>, in piece: inout ctk_attention
  ) {
    piece.size = elementType.paddedCount(size)
    piece.count = block.count
    guard let tensor else {
      unsafe piece.tiles = tile(of: head, at: block.lowerBound)
      piece.type = cacheCode
      return
    }
    let row = unsafe scratch + (block.count + KeyValueFormat.tile) * size
    for (index, position) in block.enumerated() {
      unsafe Kernels.table.widen(size, Self.row(tensor, head, size, position), cacheCode, row)
      let (tile, slot) = index.quotientAndRemainder(dividingBy: KeyValueFormat.tile)
      unsafe Kernels.table.write_key(
        size, row, Int32(CTK_F32), scratch + tile * KeyValueFormat.tile * size, slot)
    }
    unsafe piece.tiles = UnsafeRawPointer(scratch)
    piece.type = Int32(CTK_F32)
  }

  /// Room for `describeKeys`.
  static func scratchCount(_ positions: Int, size: Int) -> Int { (positions + KeyValueFormat.tile + 1) * size }

  /// Says where the values of some positions of a page are.
  func describeValues(_ positions: Range<Int>, of head: Int, size: Int, in piece: inout ctk_attention) {
    piece.size = elementType.paddedCount(size)
    piece.count = positions.count
    piece.type = cacheCode
    piece.first = positions.lowerBound % KeyValueFormat.tile
    if let tensor {
      unsafe piece.tiles = Self.row(tensor, head, size, positions.lowerBound)
      piece.stride = tensor.bytesPerRow
    } else {
      piece.stride = rowBytes
      unsafe piece.tiles = tile(of: head, at: positions.lowerBound)
      // Plain values are rows, and the first may stand anywhere.
      if !elementType.isBlocked { unsafe piece.tiles += piece.first * rowBytes }
    }
  }

  // MARK: - For blocks of keys

  /// The numbers of a head at some positions of one page that begin at a tile, row after row.
  /// - Parameter scratch: Room for whole tiles of them, where they are not float32.
  /// - Returns: The numbers, and how far apart the rows lie.
  func rows(
    of head: Int, size: Int, _ positions: Range<Int>, _ scratch: UnsafeMutablePointer<Float>?
  ) -> (UnsafePointer<Float>, stride: Int) {
    let padded = elementType.paddedCount(size)
    if let tensor {
      let first = unsafe Self.row(tensor, head, size, positions.lowerBound)
      guard elementType != .f32, let scratch = unsafe scratch else {
        return unsafe (first.assumingMemoryBound(to: Float.self), tensor.shape.columnCount)
      }
      for index in 0..<positions.count {
        unsafe Kernels.table.widen(size, first + index * tensor.bytesPerRow, cacheCode, scratch + index * size)
      }
      return unsafe (UnsafePointer(scratch), size)
    }
    let first = unsafe tile(of: head, at: positions.lowerBound)
    guard elementType != .f32, let scratch = unsafe scratch else {
      return unsafe (first.assumingMemoryBound(to: Float.self), padded)
    }
    for index in stride(from: 0, to: positions.count, by: KeyValueFormat.tile) {
      unsafe Kernels.table.read_values(padded, first + index * rowBytes, cacheCode, scratch + index * padded)
    }
    return unsafe (UnsafePointer(scratch), padded)
  }

  /// Packs the keys of a head at some positions as columns.
  func packColumns(
    of head: Int, size: Int, _ positions: Range<Int>, into packed: PackedMatrix, _ scratch: UnsafeMutablePointer<Float>?
  ) {
    guard tensor == nil, let scratch = unsafe scratch else {
      let (source, stride) = unsafe rows(of: head, size: size, positions, scratch)
      unsafe packed.packTransposed(source, stride: stride, columns: positions.count)
      return
    }
    let first = unsafe tile(of: head, at: positions.lowerBound)
    for index in stride(from: 0, to: positions.count, by: KeyValueFormat.tile) {
      unsafe packed.pack(columns: index..<index + KeyValueFormat.tile, scratch) { target, stride in
        unsafe Kernels.table.read_keys(size, first + index * rowBytes, cacheCode, target, stride)
      }
    }
  }
}
