import CTensorKernels

/// A weight, what it meets and where the results go, as its kernel sees them: addresses and numbers, nothing that is
/// counted. All threads would count at once, and each would wait for the others' cache line.
///
/// It is as good as the tensors that it was made of live.
struct StreamedWeight {
  private enum Kernel {
    case interleaved, blocks, plain
    /// Rows are decoded to float32 first.
    case decoded
  }
  private let kernel: Kernel
  private let type: ElementType
  /// What each thread takes of it.
  let rows: StreamedRows
  /// Rows that lie in memory together, as many as `row_bytes` are for.
  private let group: Int
  private let dots: ctk_block_dots  // of the first row
  private let x: UnsafePointer<Float>  // [rows, input]
  private let rowCount, columnCount: Int
  private let bias: UnsafePointer<Float>?  // [output]
  private let ending: ProductEnding.Kernel

  /// - Parameters:
  ///   - x: [rows, input]
  ///   - bytes: The same as the weight's kernel wants it, where it computes with bytes.
  init(_ part: StreamedProduct.Part, _ rows: StreamedRows, _ x: Tensor, _ bytes: ByteRows?) {
    let (weight, copy) = (part.linear.weight, part.interleaved)
    kernel =
      bytes != nil ? copy != nil ? .interleaved : .blocks : weight.elementType.plainCode != nil ? .plain : .decoded
    type = weight.elementType
    self.rows = rows
    group = part.group
    var dots = ctk_block_dots()
    dots.weights.type = weight.elementType.plainCode ?? weight.elementType.ggufCode ?? -1
    dots.weights.row_bytes = part.groupBytes
    unsafe dots.weights.first = copy.map { unsafe UnsafeRawPointer($0.base) } ?? UnsafeRawPointer(weight.pointer)
    if let bytes { unsafe dots.x = bytes.kernelRows }
    unsafe dots.out = part.out.floatPointer
    dots.out_stride = part.linear.width
    unsafe self.dots = dots
    unsafe self.x = UnsafePointer(x.floatPointer)
    (rowCount, columnCount) = (x.shape.rowCount, x.shape.columnCount)
    unsafe bias = part.linear.bias.map { unsafe UnsafePointer($0.floatPointer) }
    ending = part.ending.kernel
  }

  /// A piece of a thread's share.
  func multiply(_ number: Int, share: Int) {
    let piece = rows.piece(number, share: share)
    multiply(first: piece.first, streams: piece.streams, apart: piece.apart, rows: piece.rows)
    guard !piece.rest.isEmpty else { return }
    let each = piece.rest.count / rows.group / piece.streams * rows.group
    multiply(first: piece.rest.lowerBound, streams: piece.streams, apart: each, rows: each)
    let left = piece.rest.dropFirst(piece.streams * each)
    multiply(first: left.startIndex, streams: 1, apart: 0, rows: left.count)
  }

  private func multiply(first: Int, streams: Int, apart: Int, rows: Int) {
    guard rows > 0 else { return }
    var dots = unsafe dots
    (dots.weights.streams, dots.weights.apart, dots.weights.rows) = (streams, apart, rows)
    unsafe dots.weights.first += first / group * dots.weights.row_bytes
    unsafe dots.out += first
    switch kernel {
    case .interleaved: unsafe Kernels.table.interleaved_dots(&dots)
    case .blocks: unsafe Kernels.table.block_dots(&dots)
    case .plain:
      unsafe Kernels.table.dots(&dots.weights, columnCount, rowCount, x, dots.out, dots.out_stride)
    case .decoded: unsafe multiplyDecoded(dots)
    }
    if unsafe bias == nil, case .none = ending { return }
    for row in 0..<rowCount {
      for stream in 0..<streams {
        let column = first + stream * apart
        let target = unsafe dots.out + row * dots.out_stride + stream * apart
        if let bias = unsafe bias { unsafe Kernels.table.add(rows, target, bias + column, target) }
        unsafe ending.apply(target, count: rows, at: row * dots.out_stride + column)
      }
    }
  }

  private func multiplyDecoded(_ dots: ctk_block_dots) {
    let weights = unsafe dots.weights
    MemoryCache.withFloats(columnCount) { scratch in
      for stream in 0..<weights.streams {
        for row in stream * weights.apart..<stream * weights.apart + weights.rows {
          let blocks = unsafe weights.first + row * weights.row_bytes
          unsafe type.decode(blocks, count: columnCount, into: scratch)
          for i in 0..<rowCount {
            unsafe dots.out[i * dots.out_stride + row] = Kernels.table.dot(
              columnCount, x + i * columnCount, scratch, Int32(CTK_F32))
          }
        }
      }
    }
  }
}
