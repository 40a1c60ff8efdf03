import CTensorKernels
import Foundation

/// How far predictions are from what came.
public struct CrossEntropy {
  /// [1]: the weighted sum, to go backward from.
  public let loss: Tensor
  /// The negative natural logarithm of each row's target's probability; 0 for rows without a target.
  public let rows: [Float]
}

/// The cross-entropy of `softmax(hidden · headᵀ)`, some rows at a time: all logits together, or all their gradients,
/// are never in memory. With a tape, gradients are computed here, while the logits are there, and kept for `backward`.
/// - Parameters:
///   - hidden: [rows, hiddenSize]
///   - head: [vocabularySize, hiddenSize], or the other way round where `layout` says so
///   - targets: The entry that each row should predict; negative for a row that does not count.
///   - weights: What each row's loss is multiplied by in the sum. By default 1 over the rows that count: the mean.
public func softmaxCrossEntropy(
  _ hidden: Tensor, head: Tensor, layout: WeightLayout = .outputMajor, targets: [Int], weights: [Float]? = nil,
  tape: Tape? = nil
) -> CrossEntropy {
  let vocabulary = layout == .outputMajor ? head.shape.rowCount : head.shape.columnCount
  precondition(targets.count == hidden.shape.rowCount && (weights.map { $0.count == targets.count } ?? true))
  precondition(targets.allSatisfy { $0 < vocabulary }, "a target outside \(vocabulary) entries")
  let counted = targets.indices.filter { targets[$0] >= 0 }
  let isAll = counted.count == targets.count
  let input = isAll ? hidden : hidden.gatherRows(counted)  // [counted, hiddenSize]
  let weights =
    weights.map { weights in counted.map { weights[$0] } }
    ?? Array(repeating: 1 / Float(max(1, counted.count)), count: counted.count)
  let dinput = tape?.records(hidden) == true ? Tensor(uninitialized: input.shape) : nil
  let dhead = tape?.records(head) == true ? Tensor(uninitialized: head.shape) : nil
  if counted.isEmpty { dhead?.zero() }

  var losses = [Float](repeating: 0, count: targets.count)
  let isTransposed = layout == .outputMajor
  // Logits of 64 MiB, and enough rows for the products to be fast.
  let chunk = max(64, (16 << 20) / max(1, vocabulary))
  for start in stride(from: 0, to: counted.count, by: chunk) {
    let rows = start..<min(start + chunk, counted.count)
    let part = input.rows(rows)
    let logits = matrixMultiply(part, head, transposeB: isTransposed)  // [chunk, vocabularySize]
    let chunkLosses = Tensor(uninitialized: [rows.count])
    ThreadPool.shared.run(rows.count) { row in
      let values = unsafe logits.floatPointer + row * vocabulary
      let target = targets[counted[start + row]]
      unsafe chunkLosses.floatPointer[row] = loss(
        of: values, count: vocabulary, target: target,
        weight: dinput == nil && dhead == nil ? nil : weights[start + row])
    }
    for (row, loss) in zip(rows, chunkLosses.floats()) { losses[counted[row]] = loss }
    if let dinput { matrixMultiply(logits, head, transposeB: !isTransposed, into: dinput.rows(rows), adds: false) }
    if let dhead {
      let (left, right) = isTransposed ? (logits, part) : (part, logits)
      matrixMultiply(left, right, transposeA: true, into: dhead, adds: start > 0)
    }
  }

  let sum = zip(counted, weights).reduce(0.0) { $0 + Double(losses[$1.0]) * Double($1.1) }
  let out = Tensor([Float(sum)], shape: [1])
  tape?.record([hidden, head], out) { [hidden = hidden.place] tape, dout in
    let factor = unsafe dout.floatPointer[0]
    for gradient in [dinput, dhead] {
      if factor != 1, let gradient {
        unsafe Kernels.table.scale(gradient.elementCount, factor, gradient.floatPointer, gradient.floatPointer)
      }
    }
    if let dhead { tape.accumulate(into: head.place, giving: dhead) }
    if let dinput, isAll { tape.accumulate(into: hidden, giving: dinput) }
    if let dinput, !isAll { tape.sum(at: hidden)?.scatterAddRows(dinput, at: counted) }
  }
  return CrossEntropy(loss: out, rows: losses)
}

/// One row's loss. If there is a weight, the gradient of the weighted loss takes the place of the logits.
private func loss(of logits: UnsafeMutablePointer<Float>, count: Int, target: Int, weight: Float?) -> Float {
  let (largest, chosen) = unsafe (Kernels.table.maximum(count, logits), logits[target])
  let sum = unsafe Kernels.table.exp_sum(count, logits, largest, logits)
  if let weight {
    unsafe Kernels.table.scale(count, weight / sum, logits, logits)
    unsafe logits[target] -= weight
  }
  return log(sum) + largest - chosen
}
