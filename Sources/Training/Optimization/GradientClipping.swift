public import Tensors

/// The length of all gradients taken together as one vector, in double precision; nil gradients count as zero.
public func globalNorm(of gradients: [Tensor?]) -> Double {
  gradients.reduce(0.0) { $0 + ($1.map(sumOfSquares) ?? 0) }.squareRoot()
}

/// What gradients of this norm are multiplied by so that it does not exceed `limit` (Pascanu et al. 2013).
/// - Parameter limit: 0 or less for no limit.
public func clippingScale(norm: Double, limit: Double) -> Double {
  limit > 0 && norm > limit ? limit / norm : 1
}
