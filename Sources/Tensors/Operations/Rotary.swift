import CTensorKernels
import Foundation

/// Which numbers of a head rotate together.
public enum RotaryPairing: String, Sendable, Hashable {
  /// `(i, i + r/2)`: Hugging Face.
  case halves
  /// `(2i, 2i + 1)`: Meta, GGUF's llama, Llama 4.
  case adjacent
}

/// Rotates each head's queries or keys by angles that grow with the position (Su et al., 2021).
/// - Parameters:
///   - x: `[rows, heads · headSize]`
///   - positions: one for each row.
///   - inverseFrequencies: one for each pair; what they do not cover of a head passes through.
///   - magnitude: cosines and sines are multiplied by it (YaRN).
public func rotary(
  _ x: Tensor, headSize: Int, positions: [Int], inverseFrequencies: [Float], magnitude: Float, pairing: RotaryPairing
) -> Tensor {
  let rows = x.shape.rowCount
  let columns = x.shape.columnCount
  let pairs = inverseFrequencies.count
  precondition(positions.count == rows && columns % headSize == 0 && 2 * pairs <= headSize)
  let out = Tensor(uninitialized: x.shape)
  let (source, target) = unsafe (x.floatPointer, out.floatPointer)
  let table = unsafe Kernels.table
  Kernels.forEachRange(rows: rows, cost: columns + 16 * pairs) { range in
    var cosines = [Float](repeating: 1, count: pairs)
    var sines = [Float](repeating: 0, count: pairs)
    for row in range {
      for i in 0..<pairs {
        // The angle is a float32 product, as in the models' own code; large angles are then reduced exactly.
        let angle = Double(Float(positions[row]) * inverseFrequencies[i])
        cosines[i] = Float(cos(angle)) * magnitude
        sines[i] = Float(sin(angle)) * magnitude
      }
      for head in 0..<columns / headSize {
        let offset = row * columns + head * headSize
        switch pairing {
        case .halves: unsafe table.pointee.rotate_halves(source + offset, cosines, sines, pairs, target + offset)
        case .adjacent: unsafe table.pointee.rotate_adjacent(source + offset, cosines, sines, pairs, target + offset)
        }
        unsafe (target + offset + 2 * pairs).update(from: source + offset + 2 * pairs, count: headSize - 2 * pairs)
      }
    }
  }
  return out
}
