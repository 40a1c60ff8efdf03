import CTensorKernels
import Foundation

/// One row's softmax that is kept up while its scores come piece by piece (Milakov and Gimelshein 2018).
enum StreamingSoftmax {
  /// Turns scores into exponentials relative to the largest so far. Where that grows, everything that has been summed
  /// up shrinks.
  /// - Parameters:
  ///   - scores: `count` of them, at least one; written over.
  ///   - sums: [size], the values that were added up so far, each times its exponential.
  ///   - maximum: The largest score so far.
  ///   - total: The sum of the exponentials so far.
  static func take(
    _ scores: UnsafeMutablePointer<Float>, count: Int, sums: UnsafeMutablePointer<Float>, size: Int,
    maximum: inout Float, total: inout Float
  ) {
    let table = Kernels.table
    let largest = unsafe max(maximum, table.maximum(count, scores))
    if largest > maximum, total > 0 {
      let shrink = exp(maximum - largest)
      total *= shrink
      unsafe table.scale(size, shrink, sums, sums)
    }
    maximum = largest
    total += unsafe table.exp_sum(count, scores, largest, scores)
  }
}
