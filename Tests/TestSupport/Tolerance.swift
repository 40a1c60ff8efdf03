import Tensors

/// The largest absolute difference between two lists of equal length.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "\(a.count) and \(b.count) elements cannot be compared")
  // A NaN on either side counts as an infinite difference, so that it can never pass.
  return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
}
