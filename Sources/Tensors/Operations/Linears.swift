/// `x · Wᵀ + bias` for several weights that read the same rows.
///
/// Without a tape the rows are prepared once for all of them, packed weights stay packed, and the threads share all of
/// the weights in one go: a token that is generated has no time for more.
/// - Parameter x: [rows, input] float32
/// - Returns: [rows, output] for each
public func linears(_ x: Tensor, _ parts: [Linear], tape: Tape? = nil) -> [Tensor] {
  if let tape {
    return parts.map { linear(x, weight: $0.weight, layout: $0.layout, bias: $0.bias, tape: tape) }
  }
  let out = parts.map { Tensor(uninitialized: Shape(rows: x.shape.rowCount, columns: $0.width)) }
  var streamed: [StreamedProduct.Part] = []
  var many: [FixedProduct.Part] = []
  for (part, out) in zip(parts, out) {
    precondition(
      part.layout == .inputMajor || part.weight.shape.columnCount == x.shape.columnCount,
      "\(x.shape) and \(part.weight.shape) have different inner extents")
    let isFew = part.layout == .outputMajor && x.shape.rowCount <= fewRows
    let usesCopy = InterleavedCopy.serves(part.weight.elementType, rows: x.shape.rowCount)
    let interleaved = usesCopy ? part.interleaved?.storage(of: part.weight) : nil
    if isFew || interleaved != nil {
      streamed.append(.init(linear: part, interleaved: interleaved, out: out))
    } else if part.layout == .outputMajor, FixedProduct.takes(part.weight) {
      many.append(.init(linear: part, out: out))
    } else {
      matrixMultiply(
        x, part.weight, transposeB: part.layout == .outputMajor, into: out, adds: false)
      if let bias = part.bias { addBias(bias, to: out) }
    }
  }
  if !streamed.isEmpty { StreamedProduct(x, streamed).run() }
  if !many.isEmpty { FixedProduct(x, many).run() }
  return out
}
