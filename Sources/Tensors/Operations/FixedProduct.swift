import CTensorKernels

/// Many rows against packed or 16-bit weights, in 16-bit whole numbers: twice as many multiplications at a time as
/// float32 has, with an error far below that of the weights themselves.
///
/// Rows become strips that stay for the whole product. A thread unpacks a tile of some rows of a weight, a slice of the
/// columns at a time, and meets every strip with it; so weights are unpacked once, into memory that stays in the cache.
struct FixedProduct {
  struct Part {
    let linear: Linear
    let out: Tensor  // [rows, output]
  }

  private let x: Tensor  // [rows, input]
  private let parts: [Part]
  private var depth: Int { (x.shape.columnCount + slice - 1) / slice * slice }

  private let slice = Int(CTK_FIXED_DEPTH)
  /// Rows of a tile: whole register tiles, few enough that a slice of them stays in the first-level cache.
  private static let tileRows = 24
  /// Sums of this many rows of x are kept up at a time.
  private static let rowsPerPass = 512

  /// Whether a weight's type has such products here, in float32's stead.
  static func takes(_ weight: Tensor) -> Bool {
    unsafe Kernels.table.multiply_fixed != nil && Grouping(weight.elementType).size > 0
      && weight.shape.columnCount % 32 == 0 && fills(weight)
  }

  /// Whether a plain weight's rows fill most of the slices that they take: what is missing is multiplied as zeros, and
  /// then float32 is as fast.
  private static func fills(_ weight: Tensor) -> Bool {
    let (columns, slice) = (weight.shape.columnCount, Int(CTK_FIXED_DEPTH))
    return weight.elementType.isBlocked || columns * 4 >= (columns + slice - 1) / slice * slice * 3
  }

  init(_ x: Tensor, _ parts: [Part]) {
    self.x = x
    self.parts = parts
  }

  func run() {
    var strips: [Grouping: FixedRows] = [:]
    for part in parts {
      let grouping = Grouping(part.linear.weight.elementType)
      if strips[grouping] == nil { strips[grouping] = FixedRows(x, grouping, depth: depth) }
    }
    let groups = parts.map { ($0.linear.width + Self.tileRows - 1) / Self.tileRows }
    ThreadPool.shared.run(groups.reduce(0, +)) { [strips] index in
      var (part, group) = (0, index)
      while group >= groups[part] {
        group -= groups[part]
        part += 1
      }
      guard let rows = strips[Grouping(parts[part].linear.weight.elementType)] else { return }
      let first = group * Self.tileRows
      multiply(parts[part], first..<min(first + Self.tileRows, parts[part].linear.width), rows)
    }
  }

  /// How the columns of x share scales and sums; 0 for a type that has no such products.
  struct Grouping: Hashable {
    var size = 0
    var sumSize = 0

    init(_ type: ElementType) {
      _ = unsafe ctk_fixed_groups(type.ggufCode ?? -1, &size, &sumSize)
    }
  }

  private func multiply(_ part: Part, _ range: Range<Int>, _ rows: FixedRows) {
    let (weight, columns) = (part.linear.weight, Kernels.table.fixed_columns)
    let tileRows = (range.count + Kernels.table.fixed_rows - 1) / Kernels.table.fixed_rows * Kernels.table.fixed_rows
    let stripsPerPass = max(1, Self.rowsPerPass / columns)
    MemoryCache.withFloats([
      tileRows * slice / 2, tileRows * slice / rows.grouping.size, tileRows * slice / rows.grouping.sumSize,
      tileRows * columns * min(stripsPerPass, rows.count), tileRows * columns,
    ]) { memory in
      var tile = ctk_fixed_tile()
      tile.type = weight.elementType.ggufCode ?? -1
      tile.rows = tileRows
      unsafe tile.codes = UnsafeMutableRawPointer(memory[0]).assumingMemoryBound(to: Int16.self)
      unsafe tile.scales = memory[1]
      unsafe tile.minimums = memory[2]
      let sums = unsafe memory[3]  // [strips of a pass, tileRows, columns]
      let source = unsafe weight.pointer + range.lowerBound * weight.bytesPerRow
      for pass in stride(from: 0, to: rows.count, by: stripsPerPass) {
        let strips = pass..<min(rows.count, pass + stripsPerPass)
        unsafe sums.update(repeating: 0, count: strips.count * tileRows * columns)
        for first in stride(from: 0, to: depth, by: slice) {
          unsafe Kernels.table.unpack_fixed(
            &tile, first, source, weight.bytesPerRow, range.count, weight.shape.columnCount)
          for strip in strips {
            unsafe Kernels.table.multiply_fixed(
              &tile, rows.strips + strip, first, sums + (strip - pass) * tileRows * columns)
          }
        }
        for strip in strips {
          unsafe write(sums + (strip - pass) * tileRows * columns, strip, range, part, lines: memory[4])
        }
      }
    }
  }

  /// Writes the sums of one strip, [range.count, columns], to where they belong: rows of the result become columns.
  /// - Parameter lines: Room for as many numbers.
  private func write(
    _ sums: UnsafePointer<Float>, _ strip: Int, _ range: Range<Int>, _ part: Part, lines: UnsafeMutablePointer<Float>
  ) {
    let (columns, width) = (Kernels.table.fixed_columns, part.linear.width)
    let first = strip * columns
    let count = min(columns, x.shape.rowCount - first)
    unsafe Kernels.table.pack_transposed(lines, sums, columns, range.count, range.count, count)
    let out = unsafe part.out.floatPointer + first * width + range.lowerBound
    let bias = part.linear.bias.map { unsafe $0.floatPointer + range.lowerBound }
    for row in 0..<count {
      let (line, target) = unsafe (lines + row * range.count, out + row * width)
      if let bias = unsafe bias {
        unsafe Kernels.table.add(range.count, line, bias, target)
      } else {
        unsafe target.update(from: line, count: range.count)
      }
    }
  }
}

/// All rows of a product as strips of 16-bit numbers.
private final class FixedRows {
  let grouping: FixedProduct.Grouping
  let strips: UnsafeMutablePointer<ctk_fixed_strip>
  let count: Int
  private let codes, scales, sums: Storage

  /// - Parameters:
  ///   - x: [rows, columns]
  ///   - depth: The columns, rounded up to whole slices.
  init(_ x: Tensor, _ grouping: FixedProduct.Grouping, depth: Int) {
    self.grouping = grouping
    let (rows, n, columns) = (x.shape.rowCount, x.shape.columnCount, Kernels.table.fixed_columns)
    let count = (rows + columns - 1) / columns
    self.count = count
    codes = Storage(byteCount: count * depth * columns * MemoryLayout<Int16>.size)
    scales = Storage(byteCount: count * depth / grouping.size * columns * MemoryLayout<Float>.size)
    sums = Storage(byteCount: count * depth / grouping.sumSize * columns * MemoryLayout<Float>.size)
    let strips = UnsafeMutablePointer<ctk_fixed_strip>.allocate(capacity: count)
    unsafe self.strips = strips
    for index in 0..<count {
      unsafe strips[index] = ctk_fixed_strip(
        depth: depth, group: grouping.size, sum_group: grouping.sumSize,
        codes: codes.base.assumingMemoryBound(to: Int16.self) + index * depth * columns,
        scales: scales.base.assumingMemoryBound(to: Float.self) + index * depth / grouping.size * columns,
        sums: sums.base.assumingMemoryBound(to: Float.self) + index * depth / grouping.sumSize * columns)
    }
    let slice = Int(CTK_FIXED_DEPTH)
    let slices = depth / slice
    ThreadPool.shared.run(count * slices) { task in
      let (strip, first) = (task / slices, task % slices * slice)
      let row = strip * columns
      unsafe Kernels.table.to_fixed(
        strips + strip, first, x.floatPointer + row * n, n, min(columns, rows - row), n)
    }
  }

  deinit { unsafe strips.deallocate() }
}
