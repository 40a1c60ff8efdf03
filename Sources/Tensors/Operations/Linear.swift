import CTensorKernels

/// `x · Wᵀ + b`: a weight, and what is added to its product. The weight may be of any element type: precision is data.
public final class Linear: Sendable {
  /// [output, input], or [input, output] where the layout is `inputMajor`.
  public let weight: Tensor
  /// Which way round the weight is stored.
  public let layout: WeightLayout
  /// [output] float32
  public let bias: Tensor?
  /// The copies that products without a tape read, where there is to be one.
  let interleaved: InterleavedCopy?
  let upright: UprightCopy?

  /// A weight, and perhaps a bias.
  public convenience init(weight: Tensor, layout: WeightLayout = .outputMajor, bias: Tensor? = nil) {
    self.init(weight: weight, layout: layout, bias: bias, interleaved: nil, upright: nil)
  }

  private init(
    weight: Tensor, layout: WeightLayout, bias: Tensor?, interleaved: InterleavedCopy?, upright: UprightCopy?
  ) {
    self.weight = weight
    self.layout = layout
    self.bias = bias
    self.interleaved = interleaved
    self.upright = upright
  }

  /// The same for use again and again, as the part of a model: the first product without a tape makes a copy that takes
  /// as much memory once more, and later ones read that in half the time. Of a packed weight (not Q8_0) it has the rows
  /// interleaved; of a plain one in a mapped file that is `inputMajor`, it is `outputMajor`. Copies take at most half of
  /// the machine's memory together.
  public var kept: Linear {
    Linear(
      weight: weight, layout: layout, bias: bias,
      interleaved: InterleavedCopy.suits(weight, layout) ? InterleavedCopy() : nil,
      upright: UprightCopy.suits(weight, layout) ? UprightCopy() : nil)
  }

  /// How many numbers the product has.
  var width: Int { layout == .outputMajor ? weight.shape.rowCount : weight.shape.columnCount }
}

/// `x · Wᵀ + bias`, with a weight of any element type.
/// - Parameters:
///   - x: [rows, input] float32
///   - weight: [output, input], or [input, output] where `layout` says so
///   - bias: [output] float32
/// - Returns: [rows, output]
public func linear(
  _ x: Tensor, weight: Tensor, layout: WeightLayout = .outputMajor, bias: Tensor? = nil, tape: Tape? = nil
) -> Tensor {
  guard let tape else { return linears(x, [Linear(weight: weight, layout: layout, bias: bias)])[0] }
  tape.onLinear?(x, weight)
  let isOutputMajor = layout == .outputMajor
  let out = matrixMultiply(x, weight, transposeB: isOutputMajor)
  if let bias { addBias(bias, to: out) }
  tape.record([x, weight] + (bias.map { [$0] } ?? []), out) {
    // Only the weight's gradient needs x, which products read in any type.
    [place = x.place, x = tape.isTracked(weight) ? tape.keep(x) : nil] tape, dy in
    tape.accumulate(into: place) { dx, adds in
      matrixMultiply(dy, weight, transposeB: !isOutputMajor, into: dx, adds: adds)
    }
    if let x = x?.stored {
      tape.accumulate(into: weight.place) { dw, adds in
        let (left, right) = isOutputMajor ? (dy, x) : (x, dy)
        matrixMultiply(left, right, transposeA: true, into: dw, adds: adds)
      }
    }
    if let bias { tape.accumulate(into: bias.place) { addColumnSums(dy, to: $0, adds: $1) } }
  }
  return out
}

/// Adds a bias to every row.
func addBias(_ bias: Tensor, to x: Tensor) {
  let columns = x.shape.columnCount
  ThreadPool.shared.run(x.shape.rowCount, minimum: max(1, 32_768 / max(1, columns))) { rows in
    for row in rows {
      let p = unsafe x.floatPointer + row * columns
      unsafe Kernels.table.add(columns, p, bias.floatPointer, p)
    }
  }
}

/// Adds up each column, or begins with zero unless `adds`. Threads share the columns, so that each sum runs down the
/// rows in order.
func addColumnSums(_ x: Tensor, to sums: Tensor, adds: Bool) {
  let (rows, columns) = (x.shape.rowCount, x.shape.columnCount)
  ThreadPool.shared.run(columns, minimum: max(64, 65_536 / max(1, rows))) { range in
    let target = unsafe sums.floatPointer + range.lowerBound
    if !adds { unsafe target.update(repeating: 0, count: range.count) }
    for row in 0..<rows {
      unsafe Kernels.table.add(range.count, target, x.floatPointer + row * columns + range.lowerBound, target)
    }
  }
}
