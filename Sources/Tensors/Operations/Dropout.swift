import CTensorKernels

/// Sets a part of the numbers to zero at random, and makes the others larger so that sums stay as they are on average
/// (Srivastava et al. 2014).
///
/// Which ones is a function of the seed and of where a number stands, so nothing has to be kept: going backward, or
/// beginning again from a checkpoint, leaves out the same ones.
public struct Dropout: Sendable, Hashable {
  /// The part that becomes zero.
  public let rate: Float
  /// Another seed leaves out others. A training step should have its own.
  public let seed: UInt64

  /// Nil for a rate that leaves out nothing, or is not below 1.
  public init?(rate: Float, seed: UInt64) {
    guard rate > 0, rate < 1 else { return nil }
    self.rate = rate
    self.seed = seed
  }

  private init(_ other: Dropout, seed: UInt64) {
    rate = other.rate
    self.seed = seed
  }

  /// The same for another place in a model, with choices of its own.
  public func place(_ number: Int) -> Dropout { Dropout(self, seed: bits(number)) }

  /// The number-th of the random sequence that belongs to the seed.
  private func bits(_ number: Int) -> UInt64 {
    mixed(seed &+ (UInt64(truncatingIfNeeded: number) &+ 1) &* mixingStep)
  }

  /// Applies to `count` numbers in a row: the row's number says which are left out.
  func apply(row: Int, _ count: Int, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
    let threshold = UInt32(rate * 0x1p32)
    unsafe Kernels.table.dropout(count, UInt32(truncatingIfNeeded: bits(row) >> 32), threshold, 1 / (1 - rate), x, out)
  }
}

/// A copy in which a part of the numbers of every row is left out; x itself where there is no dropout.
public func dropout(_ x: Tensor, _ dropout: Dropout?, tape: Tape? = nil) -> Tensor {
  guard let dropout else { return x }
  func apply(_ x: Tensor, _ out: Tensor) {
    let columns = x.shape.columnCount
    ThreadPool.shared.run(x.shape.rowCount, minimum: max(1, 16_384 / max(1, columns))) { rows in
      for row in rows {
        unsafe dropout.apply(row: row, columns, x.floatPointer + row * columns, out.floatPointer + row * columns)
      }
    }
  }
  let out = Tensor(uninitialized: x.shape)
  apply(x, out)
  tape?.record([x], out) { [x = x.place] tape, dy in
    apply(dy, dy)
    tape.accumulate(into: x, giving: dy)
  }
  return out
}
