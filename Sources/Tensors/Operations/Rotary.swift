import Foundation

/// Which elements of a head turn together.
public enum RotaryPairing: String, Sendable, Hashable {
  /// `i` and `i + headSize / 2`: Hugging Face's LLaMA.
  case halves
  /// `2i` and `2i + 1`: Meta's LLaMA, GGUF's, and Llama 4.
  case adjacent
}

/// Turns each pair of every head by its angle: position times inverse frequency (Su et al. 2021).
/// - Parameters:
///   - x: [rows, heads * headSize]
///   - positions: One per row.
///   - inverseFrequencies: Radians per position for the first pairs of a head; further pairs stay as they are.
///   - magnitude: What cosine and sine are multiplied by.
public func rotary(
  _ x: Tensor, headSize: Int, positions: [Int], inverseFrequencies: [Float], magnitude: Float, pairing: RotaryPairing
) -> Tensor {
  let (rows, columns) = (x.shape.rowCount, x.shape.columnCount)
  precondition(positions.count == rows && columns % headSize == 0 && 2 * inverseFrequencies.count <= headSize)
  let out = Tensor(uninitialized: x.shape)
  let pairs = inverseFrequencies.count
  let (offset, stride) = pairing == .halves ? (pairs, 1) : (1, 2)
  ThreadPool.shared.run(rows, minimum: max(1, 4096 / max(columns, 1))) { range in
    var cosines = [Float](repeating: 0, count: pairs)
    var sines = cosines
    for row in range {
      for pair in 0..<pairs {
        let angle = Float(positions[row]) * inverseFrequencies[pair]
        cosines[pair] = cos(angle) * magnitude
        sines[pair] = sin(angle) * magnitude
      }
      for head in Swift.stride(from: row * columns, to: (row + 1) * columns, by: headSize) {
        let (source, target) = unsafe (x.floatPointer + head, out.floatPointer + head)
        for pair in 0..<pairs {
          let (first, second) = unsafe (source[pair * stride], source[pair * stride + offset])
          unsafe target[pair * stride] = first * cosines[pair] - second * sines[pair]
          unsafe target[pair * stride + offset] = second * cosines[pair] + first * sines[pair]
        }
        for index in 2 * pairs..<headSize { unsafe target[index] = source[index] }
      }
    }
  }
  return out
}
