import CTensorKernels
import Foundation
import Synchronization

/// Which elements of a head turn together.
public enum RotaryPairing: String, Sendable, Hashable, CaseIterable {
  /// `i` and `i + headSize / 2`: Hugging Face's LLaMA.
  case halves
  /// `2i` and `2i + 1`: Meta's LLaMA, GGUF's, and Llama 4.
  case adjacent
}

/// Turns each pair of every head by its angle: position times inverse frequency (Su et al. 2021).
/// - Parameters:
///   - x: [rows, heads * headSize]
///   - positions: One per row.
///   - angles: Further numbers of a head than they have pairs stay as they are.
public func rotary(_ x: Tensor, headSize: Int, positions: [Int], angles: RotaryAngles, tape: Tape? = nil) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  angles.turn([x], into: [out], headSize: headSize, positions: positions)
  tape?.record([x], out) { [x = x.place] tape, dy in
    // The transpose of a rotation is the rotation back.
    angles.turn([dy], into: [dy], headSize: headSize, positions: positions, backwards: true)
    tape.accumulate(into: x, giving: dy)
  }
  return out
}

/// The sines and cosines of rotary positions. Each is computed once, when its position first comes up: a model's layers
/// share them.
public final class RotaryAngles: Sendable {
  /// Which elements of a head turn together.
  public let pairing: RotaryPairing
  private let inverseFrequencies: [Float]
  private let magnitude: Float
  /// By position / chunkLength: [chunkLength, cosines and sines, pairs].
  private let chunks = Mutex<[Int: Tensor]>([:])

  private static let chunkLength = 128

  /// - Parameters:
  ///   - inverseFrequencies: Radians per position, for the first pairs of a head.
  ///   - magnitude: What cosine and sine are multiplied by.
  public init(inverseFrequencies: [Float], magnitude: Float = 1, pairing: RotaryPairing) {
    self.inverseFrequencies = inverseFrequencies
    self.magnitude = magnitude
    self.pairing = pairing
  }

  /// Turns the heads of float32 tensors where they are.
  /// - Parameters:
  ///   - tensors: [rows, heads * headSize] each, of which nobody else knows.
  ///   - positions: One per row.
  public func turn(_ tensors: [Tensor], headSize: Int, positions: [Int]) {
    turn(tensors, into: tensors, headSize: headSize, positions: positions)
  }

  fileprivate func turn(
    _ x: [Tensor], into out: [Tensor], headSize: Int, positions: [Int], backwards: Bool = false
  ) {
    let (pairs, rows) = (inverseFrequencies.count, angles(at: positions))
    precondition(2 * pairs <= headSize)
    precondition(x.allSatisfy { $0.shape.rowCount == rows.count && $0.shape.columnCount % headSize == 0 })
    let width = x.reduce(0) { $0 + $1.shape.columnCount }
    let isAdjacent: Int32 = pairing == .adjacent ? 1 : 0
    ThreadPool.shared.run(rows.count, minimum: max(1, 8192 / max(width, 1))) { range in
      MemoryCache.withFloats(pairs) { negated in
        for row in range {
          let (chunk, place) = rows[row]
          let cosines = unsafe chunk.floatPointer + place * 2 * pairs
          var sines = unsafe cosines + pairs
          if backwards {
            unsafe Kernels.table.scale(pairs, -1, sines, negated)
            unsafe sines = negated
          }
          for (x, out) in zip(x, out) {
            let columns = x.shape.columnCount
            for head in stride(from: row * columns, to: (row + 1) * columns, by: headSize) {
              let (source, target) = unsafe (x.floatPointer + head, out.floatPointer + head)
              unsafe Kernels.table.rotate(pairs, isAdjacent, cosines, sines, source, target)
              if source != target {
                unsafe (target + 2 * pairs).update(from: source + 2 * pairs, count: headSize - 2 * pairs)
              }
            }
          }
        }
      }
    }
  }

  /// Where the angles of each position are.
  private func angles(at positions: [Int]) -> [(chunk: Tensor, row: Int)] {
    chunks.withLock { chunks in
      positions.map { position in
        let (index, row) = position.quotientAndRemainder(dividingBy: Self.chunkLength)
        if let chunk = chunks[index] { return (chunk, row) }
        let chunk = chunk(from: index * Self.chunkLength)
        chunks[index] = chunk
        return (chunk, row)
      }
    }
  }

  private func chunk(from first: Int) -> Tensor {
    let pairs = inverseFrequencies.count
    let chunk = Tensor(uninitialized: [Self.chunkLength, 2 * pairs])
    for row in 0..<Self.chunkLength {
      for pair in 0..<pairs {
        let angle = Float(first + row) * inverseFrequencies[pair]
        unsafe chunk.floatPointer[row * 2 * pairs + pair] = cos(angle) * magnitude
        unsafe chunk.floatPointer[row * 2 * pairs + pairs + pair] = sin(angle) * magnitude
      }
    }
    return chunk
  }
}
