import CTensorKernels

/// A small matrix in the strips that the registers' tile reads, [strips, depth, width of a strip], in borrowed memory:
/// the right operand of products that are too small to be shared among threads.
struct PackedMatrix {
  private let memory: UnsafeMutablePointer<Float>
  private let depth: Int

  /// How many numbers the strips of a matrix take.
  static func elementCount(columns: Int, depth: Int) -> Int {
    let width = Kernels.table.tile_columns
    return (columns + width - 1) / width * width * depth
  }

  /// - Parameters:
  ///   - memory: Room for `elementCount` numbers.
  ///   - depth: How many rows there are.
  init(_ memory: UnsafeMutablePointer<Float>, depth: Int) {
    unsafe self.memory = memory
    self.depth = depth
  }

  /// Packs rows as they are: [depth, columns].
  func pack(_ source: UnsafePointer<Float>, stride: Int, columns: Int) {
    unsafe Kernels.table.pack(memory, source, stride, columns, Kernels.table.tile_columns, depth)
  }

  /// Packs columns that are stored as rows: [columns, depth].
  func packTransposed(_ source: UnsafePointer<Float>, stride: Int, columns: Int) {
    let width = Kernels.table.tile_columns
    for first in Swift.stride(from: 0, to: columns, by: width) {
      unsafe Kernels.table.pack_transposed(
        memory + first * depth, source + first * stride, stride, min(width, columns - first), width, depth)
    }
  }

  /// Packs some columns that `fill` makes: [depth, columns], rows so far apart as it is told.
  /// - Parameter scratch: Room for them, where strips are narrower.
  func pack(
    columns: Range<Int>, _ scratch: UnsafeMutablePointer<Float>, _ fill: (UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    let width = Kernels.table.tile_columns
    if width >= columns.count {
      let (strip, column) = columns.lowerBound.quotientAndRemainder(dividingBy: width)
      return unsafe fill(memory + strip * width * depth + column, width)
    }
    unsafe fill(scratch, columns.count)
    for first in Swift.stride(from: 0, to: columns.count, by: width) {
      for row in 0..<depth {
        let target = unsafe memory + (columns.lowerBound + first) * depth + row * width
        unsafe target.update(from: scratch + row * columns.count + first, count: width)
      }
    }
  }

  /// A matrix that is read one number at a time: element (i, k) is `start[i * row + k * depth]`, and one of the strides
  /// is 1.
  struct Left {
    let start: UnsafePointer<Float>
    let row, depth: Int
  }

  /// Sums over a part of the depth: `out[rows, columns] (+)= left[rows, slice] · self[slice, columns]`.
  /// - Parameters:
  ///   - left: Its depth 0 is the first of the slice.
  ///   - columns: Which of the packed columns; they begin at a strip's first.
  ///   - out: Where the first of the columns goes; rows lie `stride` apart.
  func multiply(
    _ left: Left, rows: Int, columns: Range<Int>, slice: Range<Int>, into out: UnsafeMutablePointer<Float>,
    stride: Int, adds: Bool
  ) {
    var piece = ctk_piece()
    piece.rows = rows
    piece.depth = slice.count
    unsafe piece.a = left.start
    (piece.a_row, piece.a_depth) = (left.row, left.depth)
    (piece.c_row, piece.c_column) = (stride, 1)
    piece.accumulate = adds ? 1 : 0
    let width = Kernels.table.tile_columns
    for first in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      piece.columns = min(width, columns.upperBound - first)
      unsafe piece.b = UnsafePointer(memory + first * depth + slice.lowerBound * width)
      unsafe piece.c = out + first - columns.lowerBound
      unsafe Kernels.table.multiply(&piece)
    }
  }
}
