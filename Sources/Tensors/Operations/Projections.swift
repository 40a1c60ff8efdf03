import CTensorKernels

/// A weight, and what is added to its product.
public struct Projection: Sendable {
  let weight: Tensor  // [output, input], or [input, output]
  let layout: WeightLayout
  let bias: Tensor?  // [output]

  /// - Parameters:
  ///   - weight: [output, input], or [input, output] where `layout` says so; any element type
  ///   - bias: [output] float32
  public init(weight: Tensor, layout: WeightLayout = .outputMajor, bias: Tensor? = nil) {
    self.weight = weight
    self.layout = layout
    self.bias = bias
  }

  /// How many numbers the product has.
  var width: Int { layout == .outputMajor ? weight.shape.rowCount : weight.shape.columnCount }
}

/// `x · Wᵀ + bias` for several weights that read the same rows.
///
/// Without a tape the rows are prepared once for all of them, packed weights stay packed, and the threads share all of
/// the weights in one go: a token that is generated has no time for more.
/// - Parameter x: [rows, input] float32
/// - Returns: [rows, output] for each
public func linears(_ x: Tensor, _ projections: [Projection], tape: Tape? = nil) -> [Tensor] {
  if let tape {
    return projections.map { linear(x, weight: $0.weight, layout: $0.layout, bias: $0.bias, tape: tape) }
  }
  let out = projections.map { Tensor(uninitialized: [x.shape.rowCount, $0.width]) }
  var few: [FewRowsProduct.Part] = []
  var many: [FixedProduct.Part] = []
  for (projection, out) in zip(projections, out) {
    precondition(
      projection.layout == .inputMajor || projection.weight.shape.columnCount == x.shape.columnCount,
      "\(x.shape) and \(projection.weight.shape) have different inner extents")
    if projection.layout == .outputMajor, x.shape.rowCount <= fewRows {
      few.append(.init(projection: projection, out: out))
    } else if projection.layout == .outputMajor, FixedProduct.takes(projection.weight) {
      many.append(.init(projection: projection, out: out))
    } else {
      matrixMultiply(
        x, projection.weight, transposeB: projection.layout == .outputMajor, into: out, adds: false)
      if let bias = projection.bias { addBias(bias, to: out) }
    }
  }
  if !few.isEmpty { FewRowsProduct(x, few).run() }
  if !many.isEmpty { FixedProduct(x, many).run() }
  return out
}
