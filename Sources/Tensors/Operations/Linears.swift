/// `x · Wᵀ + bias` for several weights that read the same rows.
///
/// Without a tape the rows are prepared once for all of them, packed weights stay packed, and the threads share all of
/// the weights in one go: a token that is generated has no time for more.
/// - Parameter x: [rows, input] float32
/// - Returns: [rows, output] for each
public func linears(_ x: Tensor, _ parts: [Linear], tape: Tape? = nil) -> [Tensor] {
  guard let tape else { return products(x, parts.map { ($0, .none) }) }
  return parts.map { linear(x, weight: $0.weight, layout: $0.layout, bias: $0.bias, tape: tape) }
}

/// `residual + x · Wᵀ + bias`: the end of a block's part. Without a tape the sum is made along with the product.
/// - Parameters:
///   - x: [rows, input]
///   - residual: [rows, output]
///   - dropout: Leaves out a part of the product.
/// - Returns: [rows, output]
public func linear(
  _ x: Tensor, _ part: Linear, addedTo residual: Tensor, dropout: Dropout? = nil, tape: Tape? = nil
) -> Tensor {
  precondition(
    residual.elementCount == x.shape.rowCount * part.width,
    "\(residual.shape) is not shaped as the product of \(x.shape) and \(part.weight.shape)")
  guard tape != nil || dropout != nil else { return products(x, [(part, .sum(with: residual))])[0] }
  return add(residual, Tensors.dropout(linears(x, [part], tape: tape)[0], dropout, tape: tape), tape: tape)
}

/// `activation(x · Wᵀ + bias)`, without a tape in one go.
/// - Parameter x: [rows, input]
/// - Returns: [rows, output]
public func activatedLinear(_ x: Tensor, _ part: Linear, _ kind: Activation, tape: Tape? = nil) -> Tensor {
  guard let tape else { return products(x, [(part, .activation(kind))])[0] }
  return activation(linears(x, [part], tape: tape)[0], kind, tape: tape)
}

/// Gate and up projections of the same rows, combined; without a tape in one go.
/// - Parameter x: [rows, input]
/// - Returns: [rows, output]
public func gatedLinears(
  _ x: Tensor, gate: Linear, up: Linear, _ function: GateFunction, tape: Tape? = nil
) -> Tensor {
  func isAlike<Value: Equatable>(_ value: (Linear) -> Value) -> Bool { value(gate) == value(up) }
  // Threads take the same rows of both.
  guard tape == nil, isAlike(\.weight.elementType), isAlike(\.weight.shape), isAlike(\.layout) else {
    let halves = linears(x, [gate, up], tape: tape)
    return gated(gate: halves[0], up: halves[1], function, tape: tape)
  }
  let gateOut = Tensor(uninitialized: Shape(rows: x.shape.rowCount, columns: gate.width))
  return products(x, [(gate, .none), (up, .gate(gateOut, function))], first: gateOut)[1]
}

/// The products of several weights, and what comes after each. Where there are several with endings they are alike.
/// - Parameter first: Where the first one's results go; memory of its own by default.
private func products(_ x: Tensor, _ parts: [(linear: Linear, ending: ProductEnding)], first: Tensor? = nil) -> [Tensor]
{
  let rows = x.shape.rowCount
  var out: [Tensor] = []
  var streamed: [StreamedProduct.Part] = []
  var many: [FixedProduct.Part] = []
  for (given, ending) in parts {
    let part = given.upright?.linear(of: given) ?? given
    precondition(
      part.layout == .inputMajor || part.weight.shape.columnCount == x.shape.columnCount,
      "\(x.shape) and \(part.weight.shape) have different inner extents")
    let results =
      (out.isEmpty ? first : nil) ?? Tensor(uninitialized: Shape(rows: rows, columns: part.width))
    out.append(results)
    let type = part.weight.elementType
    let usesCopy = InterleavedCopy.serves(type, rows: rows)
    let interleaved = usesCopy ? part.interleaved?.storage(of: part.weight) : nil
    if interleaved != nil || part.layout == .outputMajor && StreamedProduct.serves(type, rows: rows) {
      streamed.append(.init(linear: part, interleaved: interleaved, out: results, ending: ending))
    } else if part.layout == .outputMajor, FixedProduct.takes(part.weight) {
      many.append(.init(linear: part, out: results))
    } else {
      matrixMultiply(x, part.weight, transposeB: part.layout == .outputMajor, into: results, adds: false)
      if let bias = part.bias { addBias(bias, to: results) }
    }
  }
  // Memory may have been too small for the copy of one of two.
  let endsAlong = streamed.count == parts.count && streamed.allSatisfy { $0.group == streamed[0].group }
  if !endsAlong { for index in streamed.indices { streamed[index].ending = .none } }
  if !streamed.isEmpty { StreamedProduct(x, streamed).run() }
  if !many.isEmpty { FixedProduct(x, many).run() }
  if !endsAlong { for (part, results) in zip(parts, out) { part.ending.apply(to: results) } }
  return out
}
