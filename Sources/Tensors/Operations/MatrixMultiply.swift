import CTensorKernels

/// How a weight of a linear layer is stored.
public enum WeightLayout: Sendable, Hashable {
  /// `[out, in]`, as in most checkpoints.
  case outputMajor
  /// `[in, out]`, as in GPT-1's and GPT-2's.
  case inputMajor
}

/// `x · W + bias` for each row: `[rows, in]` to `[rows, out]`.
/// - Parameter weight: any element type; it is decoded as it is read.
public func linear(_ x: Tensor, weight: Tensor, layout: WeightLayout = .outputMajor, bias: Tensor? = nil) -> Tensor {
  let byDepth = layout == .outputMajor
  let (out, depth) = byDepth ? (weight.shape.rowCount, weight.shape.columnCount) : (weight.shape[1], weight.shape[0])
  precondition(x.shape.columnCount == depth, "\(x.shape) cannot be multiplied by a weight of \(depth) inputs")
  precondition(bias == nil || bias?.elementCount == out, "a bias must have \(out) elements")
  return unsafe multiply(
    ctk_operand(x, byDepth: true), ctk_operand(weight, byDepth: byDepth), m: x.shape.rowCount, n: out, k: depth,
    bias: bias, shape: Shape(x.shape.dimensions.dropLast() + [out]))
}

/// `a · b`, each transposed first if asked, of float32 matrices.
public func matrixMultiply(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (depth, n) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(k == depth, "\(a.shape) and \(b.shape) cannot be multiplied")
  precondition(b.elementType == .f32)
  return unsafe multiply(
    ctk_operand(a, byDepth: !transposeA), ctk_operand(b, byDepth: transposeB), m: m, n: n, k: k, bias: nil,
    shape: [m, n])
}

extension ctk_operand {
  fileprivate init(_ tensor: Tensor, byDepth: Bool) {
    unsafe self.init(
      data: tensor.pointer, type: tensor.elementType.kernelType, row_bytes: tensor.bytesPerRow,
      by_depth: byDepth ? 1 : 0)
  }
}

/// Up to this many rows of A, packing costs more than it saves.
private let skinnyRows = 4

private func multiply(
  _ a: ctk_operand, _ b: ctk_operand, m: Int, n: Int, k: Int, bias: Tensor?, shape: Shape
) -> Tensor {
  precondition(unsafe a.type == ctk_f32, "activations are float32")
  let out = Tensor(uninitialized: shape)
  guard m > 0, n > 0 else { return out }
  let product = unsafe ctk_product(a: a, b: b, m: m, n: n, k: k, c: out.floatPointer, bias: bias?.floatPointer)
  let table = unsafe Kernels.table
  let threads = ThreadPool.shared.threadCount
  if unsafe m <= skinnyRows && a.by_depth != 0 {
    forEachPiece(of: n, atLeast: max(64, 65_536 / max(1, k)), upTo: threads * 6, multipleOf: 64) { columns in
      var product = unsafe product
      unsafe ctk_multiply_skinny(table, &product, columns.lowerBound, columns.upperBound)
    }
    return out
  }
  var packedProduct = unsafe product
  let packed = Tensor(uninitialized: [unsafe ctk_packed_count(table, &packedProduct)])
  let mr = Int(unsafe table.pointee.mr)
  let nr = Int(unsafe table.pointee.nr)
  let packedPointer = unsafe packed.floatPointer
  let panels = (m + mr - 1) / mr
  forEachPiece(of: panels, atLeast: max(1, 65_536 / max(1, k * mr)), upTo: threads * 4, multipleOf: 1) { panels in
    var product = unsafe product
    unsafe ctk_pack_panels(table, &product, panels.lowerBound, panels.upperBound, packedPointer)
  }
  // Pieces of C: enough of them that threads that are held up do not hold up the rest, large enough that packing B
  // pays. Columns are cut first; rows only when there are few columns.
  let work = m * n * max(1, k)
  let wanted = max(1, min(threads * 8, work / 1_000_000))
  let columnStep = max(nr, min(512, roundUp((n + wanted - 1) / wanted, nr)))
  let columnPieces = (n + columnStep - 1) / columnStep
  let rowPieces = max(1, min(wanted / columnPieces, m / 128))
  let rowStep = roundUp((m + rowPieces - 1) / rowPieces, mr)
  let rowCount = (m + rowStep - 1) / rowStep
  ThreadPool.shared.run(count: columnPieces * rowCount) { piece in
    let n0 = piece / rowCount * columnStep
    let m0 = piece % rowCount * rowStep
    var product = unsafe product
    unsafe ctk_multiply(table, &product, packedPointer, m0, min(m, m0 + rowStep), n0, min(n, n0 + columnStep))
  }
  return out
}

private func roundUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }

private func forEachPiece(
  of count: Int, atLeast smallest: Int, upTo pieces: Int, multipleOf multiple: Int, _ body: (Range<Int>) -> Void
) {
  let step = roundUp(max(smallest, (count + pieces - 1) / pieces), multiple)
  ThreadPool.shared.run(count: (count + step - 1) / step) { piece in
    body(piece * step..<min(count, (piece + 1) * step))
  }
}
