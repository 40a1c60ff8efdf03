import CTensorKernels
import Foundation

// What a mixture of experts needs besides: the choice of a few columns per row, and sums of scattered rows.

extension Tensor {
  /// The `count` largest columns of every row, the largest first: rowCount * count numbers.
  public func largestColumns(_ count: Int) -> [Int] {
    let columns = shape.columnCount
    precondition(count <= columns, "\(count) of \(columns) columns")
    var result: [Int] = []
    for row in 0..<shape.rowCount {
      let values = unsafe floatPointer + row * columns
      // Few are chosen of at most a few hundred, so repeated scans beat sorting; the first wins a tie.
      for _ in 0..<count {
        var best = -1
        for column in 0..<columns where !result[(result.count - result.count % count)...].contains(column) {
          // A NaN compares false with everything, so the first candidate stands in for it.
          if best < 0 { best = column } else if unsafe values[column] > values[best] { best = column }
        }
        result.append(best)
      }
    }
    return result
  }

  /// Some columns of each row, its own ones for each.
  /// - Parameter columns: As many per row for every row.
  /// - Returns: [rows, columns.count / rows]
  public func gatherColumns(_ columns: [Int], tape: Tape? = nil) -> Tensor {
    let (rows, width) = (shape.rowCount, shape.columnCount)
    let count = columns.count / max(1, rows)
    precondition(
      columns.count == rows * count && columns.allSatisfy { $0 >= 0 && $0 < width }, "a column outside \(shape)")
    let out = Tensor(uninitialized: [rows, count])
    for (index, column) in columns.enumerated() {
      unsafe out.floatPointer[index] = floatPointer[index / count * width + column]
    }
    tape?.record([self], out) { [place] tape, dy in
      guard let dx = tape.sum(at: place) else { return }
      for (index, column) in columns.enumerated() {
        unsafe dx.floatPointer[index / count * width + column] += dy.floatPointer[index]
      }
    }
    return out
  }
}

/// `1 / (1 + e⁻ˣ)` of each number.
public func sigmoid(_ x: Tensor, tape: Tape? = nil) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  for index in 0..<x.elementCount { unsafe out.floatPointer[index] = 1 / (1 + exp(-x.floatPointer[index])) }
  tape?.record([x], out) { [x = x.place] tape, dy in
    for index in 0..<out.elementCount {
      let y = unsafe out.floatPointer[index]
      unsafe dy.floatPointer[index] *= y * (1 - y)
    }
    tape.accumulate(into: x, giving: dy)
  }
  return out
}

/// The sum of rows that belong to different places.
/// - Parameters:
///   - parts: Tensors [any, columns], and the row of the result that each of their rows is added to.
///   - base: What they are added to, of the result's shape; zeros by default.
///   - shape: [rows, columns]
public func sumOfRows(
  _ parts: [(tensor: Tensor, rows: [Int])], base: Tensor?, shape: Shape, tape: Tape? = nil
) -> Tensor {
  let out = Tensor(uninitialized: shape)
  if let base { out.write(base, atRow: 0) } else { out.zero() }
  for part in parts { out.scatterAddRows(part.tensor, at: part.rows) }
  tape?.record((base.map { [$0] } ?? []) + parts.map(\.tensor), out) {
    [base = base?.place, parts = parts.map { ($0.tensor.place, $0.rows) }] tape, dy in
    for (place, rows) in parts { tape.accumulate(into: place, giving: dy.gatherRows(rows)) }
    if let base { tape.accumulate(into: base, giving: dy) }
  }
  return out
}
