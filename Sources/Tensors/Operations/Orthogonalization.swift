/// The matrix of the same singular vectors whose singular values are about 1: what is left of a direction when all
/// its parts count alike.
///
/// Newton and Schulz's iteration multiplies by a polynomial in `x · xᵀ`, which changes the singular values alone: each
/// becomes `a·σ + b·σ³ + c·σ⁵`. Jordan's coefficients (2024, "Muon: An optimizer for hidden layers in neural networks")
/// do not converge; they drive small values up fast and leave all of them between about 0.7 and 1.2.
/// - Parameters:
///   - x: [rows, columns], float32; a matrix of zeros stays one
///   - iterations: Five bring values from 0.001 of the matrix's size and above.
/// - Returns: [rows, columns], memory of its own
package func orthogonalized(_ x: Tensor, iterations: Int = 5) -> Tensor {
  let (rows, columns) = (x.shape.rowCount, x.shape.columnCount)
  // The largest singular value is at most the norm.
  var y = scale(x.reshaped(to: [rows, columns]), by: Float(1 / (sumOfSquares(x).squareRoot() + 1e-7)))
  let isWide = rows <= columns
  for _ in 0..<iterations {
    // The smaller of the two Gram matrices serves: y · yᵀ from the left, yᵀ · y from the right.
    let gram = matrixMultiply(y, y, transposeA: !isWide, transposeB: isWide)  // [side, side]
    let polynomial = matrixMultiply(gram, gram)  // the square, then b · gram + c · gram²
    polynomial.combine(2.0315, adding: gram, times: -4.7750)
    let next = isWide ? matrixMultiply(polynomial, y) : matrixMultiply(y, polynomial)
    next.combine(1, adding: y, times: 3.4445)
    y = next
  }
  return y
}
