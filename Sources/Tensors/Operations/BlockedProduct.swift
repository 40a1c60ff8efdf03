import CTensorKernels

/// The product of many rows and columns, in pieces that stay in the caches (Goto and van de Geijn, "Anatomy of
/// High-Performance Matrix Multiplication", 2008).
///
/// One operand is packed into strips, in the order in which the registers' tile reads it. The other is read where it
/// lies, one number at a time, and copied only where it is stored the wrong way round or has to be decoded. Which is
/// which decides what has to be moved: x · Wᵀ is computed as (W · xᵀ)ᵀ when W is the larger, and W is never packed.
struct BlockedProduct {
  /// `count` vectors of numbers, of which the product sums up the elements pair by pair.
  struct Operand {
    let tensor: Tensor
    let count: Int
    /// Whether it is stored as [depth, count] and not as [count, depth].
    let isDepthMajor: Bool

    init(_ tensor: Tensor, count: Int, isDepthMajor: Bool) {
      self.tensor = tensor
      self.count = count
      self.isDepthMajor = isDepthMajor
    }

    /// Numbers moved for each of the depth, when this operand is read in place or packed; a transposition counts double.
    var costInPlace: Int { isDepthMajor || tensor.elementType != .f32 ? count : 0 }
    var costPacked: Int { isDepthMajor ? 2 * count : 4 * count }
  }

  private let rows, columns: Operand
  private let depth: Int
  private let out: Tensor
  /// Whether the result is stored the other way round, as [columns, rows].
  private let isSwapped: Bool
  private let adds: Bool

  /// Pieces of about this many rows and this much depth are read again and again from the second-level cache.
  private static let groupRows = 96
  private static let sliceDepth = 1024
  private static let tasksPerThread = 8
  /// How many strips one thread packs at a time.
  private static let stripsPerPack = 8
  /// One cache line between copied rows, so that they lie in different sets of the cache.
  private static let linePadding = 16
  /// Numbers packed at a time: 16 MiB.
  private static let panelElements = 4 << 20

  /// - Parameters:
  ///   - a: [m, depth]
  ///   - b: [n, depth]
  ///   - out: [m, n]: the sums go here, or are added to what is here.
  init(_ a: Operand, _ b: Operand, depth: Int, into out: Tensor, adds: Bool = false) {
    isSwapped = b.costInPlace + a.costPacked < a.costInPlace + b.costPacked
    (rows, columns) = isSwapped ? (b, a) : (a, b)
    self.depth = depth
    self.out = out
    self.adds = adds
  }

  func run() {
    let pool = ThreadPool.shared
    let width = Kernels.table.tile_columns
    let sliceCount = (depth + Self.sliceDepth - 1) / Self.sliceDepth
    let slices = (0..<sliceCount).map { depth * $0 / sliceCount..<depth * ($0 + 1) / sliceCount }
    let strips = (columns.count + width - 1) / width
    let stripsPerPanel = min(strips, max(1, Self.panelElements / (depth * width)))
    // As many groups as the threads can share evenly, at whole tiles.
    let tiles = (rows.count + Kernels.table.tile_rows - 1) / Kernels.table.tile_rows
    let fewest = (rows.count + Self.groupRows - 1) / Self.groupRows
    let groups = min(tiles, (fewest + pool.threadCount - 1) / pool.threadCount * pool.threadCount)
    MemoryCache.withFloats(stripsPerPanel * width * depth) { packed in
      for firstStrip in stride(from: 0, to: strips, by: stripsPerPanel) {
        let panel = Panel(
          packed: packed, strips: firstStrip..<min(strips, firstStrip + stripsPerPanel), width: width, depth: depth)
        let packs = (panel.strips.count + Self.stripsPerPack - 1) / Self.stripsPerPack
        pool.run(slices.count * packs) { index in
          let first = panel.strips.lowerBound + index / slices.count * Self.stripsPerPack
          pack(first..<min(first + Self.stripsPerPack, panel.strips.upperBound), slices[index % slices.count], panel)
        }
        // Enough tasks that a thread that falls behind leaves its share to the others.
        let pieces = min(panel.strips.count, (Self.tasksPerThread * pool.threadCount + groups - 1) / groups)
        pool.run(groups * pieces) { index in
          let (group, piece) = (index % groups, index / groups)
          let strips =
            panel.strips.lowerBound + panel.strips.count * piece / pieces..<panel.strips.lowerBound
            + panel.strips.count * (piece + 1) / pieces
          let range =
            tiles * group / groups
            * Kernels.table.tile_rows..<min(rows.count, tiles * (group + 1) / groups * Kernels.table.tile_rows)
          multiply(range, strips, slices, panel)
        }
      }
    }
  }

  /// Strips of the packed operand: for each slice of the depth, strip by strip [slice.count, width].
  private struct Panel {
    let packed: UnsafeMutablePointer<Float>
    let strips: Range<Int>
    let width, depth: Int

    func strip(_ index: Int, _ slice: Range<Int>) -> UnsafeMutablePointer<Float> {
      unsafe packed + (slice.lowerBound * strips.count + (index - strips.lowerBound) * slice.count) * width
    }
  }

  /// Some rows of the result in some strips of its columns.
  private func multiply(_ range: Range<Int>, _ strips: Range<Int>, _ slices: [Range<Int>], _ panel: Panel) {
    let needsCopy = rows.isDepthMajor || rows.tensor.elementType != .f32
    let longest = slices.reduce(0) { max($0, $1.count) }
    let (down, across) = rows.isDepthMajor ? (longest, range.count) : (range.count, longest)
    MemoryCache.withFloats(needsCopy ? Self.copySize(of: rows.tensor, down, across) : 0) { scratch in
      for slice in slices {
        var piece = ctk_piece()
        piece.rows = range.count
        piece.depth = slice.count
        (piece.a, piece.a_row, piece.a_depth) = needsCopy ? copyRows(range, slice, scratch) : rowsInPlace(range, slice)
        (piece.c_row, piece.c_column) = isSwapped ? (1, rows.count) : (columns.count, 1)
        piece.accumulate = adds || slice.lowerBound > 0 ? 1 : 0
        for strip in strips {
          let first = strip * panel.width
          piece.columns = min(panel.width, columns.count - first)
          piece.b = unsafe UnsafePointer(panel.strip(strip, slice))
          piece.c = unsafe out.floatPointer + range.lowerBound * piece.c_row + first * piece.c_column
          unsafe Kernels.table.multiply(&piece)
        }
      }
    }
  }

  private func rowsInPlace(_ range: Range<Int>, _ slice: Range<Int>) -> (UnsafePointer<Float>, row: Int, depth: Int) {
    unsafe (UnsafePointer(rows.tensor.floatPointer + range.lowerBound * depth + slice.lowerBound), depth, 1)
  }

  private func copyRows(
    _ range: Range<Int>, _ slice: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
  ) -> (UnsafePointer<Float>, row: Int, depth: Int) {
    if rows.isDepthMajor {
      let (source, stride) = unsafe decoded(rows.tensor, rows: slice, columns: range, scratch)
      return unsafe (UnsafePointer(source), 1, stride)
    }
    let (source, stride) = unsafe decoded(rows.tensor, rows: range, columns: slice, scratch)
    return unsafe (UnsafePointer(source), stride, 1)
  }

  private func pack(_ strips: Range<Int>, _ slice: Range<Int>, _ panel: Panel) {
    let range = strips.lowerBound * panel.width..<min(columns.count, strips.upperBound * panel.width)
    let (down, across) = columns.isDepthMajor ? (slice, range) : (range, slice)
    func pack(_ source: UnsafePointer<Float>, _ stride: Int) {
      if columns.isDepthMajor {
        let target = unsafe panel.strip(strips.lowerBound, slice)
        return unsafe Kernels.table.pack(target, source, stride, range.count, panel.width, slice.count)
      }
      for strip in strips {
        let first = strip * panel.width - range.lowerBound
        unsafe Kernels.table.pack_transposed(
          panel.strip(strip, slice), source + first * stride, stride, min(panel.width, range.count - first),
          panel.width,
          slice.count)
      }
    }
    let tensor = columns.tensor
    if tensor.elementType == .f32 {
      let stride = tensor.shape.columnCount
      return unsafe pack(tensor.floatPointer + down.lowerBound * stride + across.lowerBound, stride)
    }
    MemoryCache.withFloats(Self.copySize(of: tensor, down.count, across.count)) { scratch in
      let (source, stride) = unsafe decoded(tensor, rows: down, columns: across, scratch)
      unsafe pack(source, stride)
    }
  }

  /// How many numbers `decoded` may write.
  private static func copySize(of tensor: Tensor, _ rows: Int, _ columns: Int) -> Int {
    rows * (columns + 2 * tensor.elementType.blockSize + linePadding)
  }

  /// A float32 copy of some columns of some rows. Blocks are decoded whole, so there may be more on either side.
  private func decoded(
    _ tensor: Tensor, rows: Range<Int>, columns: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
  ) -> (UnsafeMutablePointer<Float>, stride: Int) {
    let (size, bytes) = (tensor.elementType.blockSize, tensor.elementType.bytesPerBlock)
    let (lower, upper) = (columns.lowerBound / size * size, (columns.upperBound + size - 1) / size * size)
    let stride = upper - lower + Self.linePadding
    if tensor.elementType == .f32 {
      let source = unsafe tensor.floatPointer + rows.lowerBound * tensor.shape.columnCount + lower
      unsafe Kernels.table.pack(scratch, source, tensor.shape.columnCount, upper - lower, stride, rows.count)
      return unsafe (scratch, stride)
    }
    for (index, row) in rows.enumerated() {
      unsafe tensor.elementType.decode(
        tensor.pointer + row * tensor.bytesPerRow + lower / size * bytes, count: upper - lower,
        into: scratch + index * stride)
    }
    return unsafe (scratch + columns.lowerBound - lower, stride)
  }
}
