import Foundation

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
///   - inverseFrequencies: Radians per position for the first pairs of a head; further pairs stay as they are.
///   - magnitude: What cosine and sine are multiplied by.
public func rotary(
  _ x: Tensor, headSize: Int, positions: [Int], inverseFrequencies: [Float], magnitude: Float, pairing: RotaryPairing,
  tape: Tape? = nil
) -> Tensor {
  precondition(positions.count == x.shape.rowCount && x.shape.columnCount % headSize == 0)
  precondition(2 * inverseFrequencies.count <= headSize)
  let rotation = Rotation(
    headSize: headSize, positions: positions, inverseFrequencies: inverseFrequencies, magnitude: magnitude,
    pairing: pairing)
  let out = Tensor(uninitialized: x.shape)
  rotation.turn(x, into: out)
  tape?.record([x], out) { [x = x.place] tape, dy in
    // The transpose of a rotation is the rotation back.
    rotation.turn(dy, into: dy, backwards: true)
    tape.accumulate(into: x, giving: dy)
  }
  return out
}

private struct Rotation {
  let headSize: Int
  let positions: [Int]
  let inverseFrequencies: [Float]
  let magnitude: Float
  let pairing: RotaryPairing

  /// - Parameter out: May be x.
  func turn(_ x: Tensor, into out: Tensor, backwards: Bool = false) {
    let columns = x.shape.columnCount
    let pairs = inverseFrequencies.count
    let (offset, stride) = pairing == .halves ? (pairs, 1) : (1, 2)
    ThreadPool.shared.run(positions.count, minimum: max(1, 4096 / max(columns, 1))) { range in
      var cosines = [Float](repeating: 0, count: pairs)
      var sines = cosines
      for row in range {
        for pair in 0..<pairs {
          let angle = Float(positions[row]) * inverseFrequencies[pair]
          cosines[pair] = cos(angle) * magnitude
          sines[pair] = sin(backwards ? -angle : angle) * magnitude
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
  }
}
