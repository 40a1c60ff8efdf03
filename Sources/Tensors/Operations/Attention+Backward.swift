import CTensorKernels
import Foundation

/// The way back through attention: probabilities are computed once more from the denominators that the forward pass
/// kept, so that no matrix of queries by keys is ever made (Dao et al. 2022, "FlashAttention").
///
/// With `P` the probabilities, `S` the scores and `Δ` each row's `dout · out`: `dV = Pᵀ · dout`, `dP = dout · Vᵀ`,
/// `dS = P ∘ (dP - Δ)`, `dQ = dS · K`, `dK = dSᵀ · Q`.
struct AttentionGradient {
  let heads: AttentionHeads
  let segments: [AttentionSegment]
  let queries, out: Tensor  // [rows, heads.width]
  let logSums: Tensor  // [rows, headCount]

  /// Work is cut into at least so many pieces where there are enough keys. The threads have no say in it, since sums
  /// would then depend on them.
  private static let fewestPieces = 32

  func run(_ dout: Tensor, _ tape: Tape) {
    let losses = self.losses(dout)
    if let sinks = heads.sinks { addSinks(sinks, losses, tape) }
    let dkeys = segments.map { $0.keys.tensor.flatMap { tape.sum(at: $0.place) } }
    let dvalues = segments.map { $0.values.tensor.flatMap { tape.sum(at: $0.place) } }
    let dqueries = tape.target(at: queries.place)
    // A key head and the query heads that it serves belong to one piece: nobody else writes their gradients. Where
    // there are few key heads, the keys are divided too, and each part has a sum of the queries' gradients of its own.
    let units = segments.count * heads.kvCount
    let mostBlocks = segments.map { $0.keyBlocks.count }.max() ?? 1
    let parts = max(1, min(mostBlocks, (Self.fewestPieces + units - 1) / units))
    let partial = dqueries == nil || parts == 1 ? nil : Tensor(uninitialized: Shape([parts] + queries.shape.dimensions))
    ThreadPool.shared.run(units * parts) { index in
      let (part, segment, kvHead) = (index / units, index % units / heads.kvCount, index % heads.kvCount)
      let blocks = segments[segment].keyBlocks
      AttentionKeyGradient(
        whole: self, segment: segments[segment], kvHead: kvHead, dout: dout, losses: losses, dkeys: dkeys[segment],
        dvalues: dvalues[segment], dqueries: partial?[part] ?? dqueries?.gradient,
        adds: partial == nil && dqueries?.adds == true
      ).run(blocks[blocks.count * part / parts..<blocks.count * (part + 1) / parts])
    }
    if let partial, let dqueries {
      addColumnSums(
        partial.reshaped(to: [parts, queries.elementCount]), to: dqueries.gradient, adds: dqueries.adds)
    }
  }

  /// What every score loses to the others of its row: `dout · out`, [rows, headCount].
  private func losses(_ dout: Tensor) -> Tensor {
    let losses = Tensor(uninitialized: logSums.shape)
    let size = heads.size
    ThreadPool.shared.run(losses.elementCount, minimum: max(1, 8192 / size)) { range in
      for index in range {
        let (d, o) = unsafe (dout.floatPointer + index * size, out.floatPointer + index * size)
        unsafe losses.floatPointer[index] = Kernels.table.dot(size, d, o, Int32(CTK_F32))
      }
    }
    return losses
  }

  /// A sink's probability takes from all others and has no value: its gradient is `-P · Δ`.
  private func addSinks(_ sinks: Tensor, _ losses: Tensor, _ tape: Tape) {
    guard let dsinks = tape.sum(at: sinks.place) else { return }
    for index in 0..<losses.elementCount {
      let head = index % heads.count
      let probability = unsafe exp(sinks.floatPointer[head] - logSums.floatPointer[index])
      unsafe dsinks.floatPointer[head] -= probability * losses.floatPointer[index]
    }
  }
}
