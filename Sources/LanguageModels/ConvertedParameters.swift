import Tensors

/// Parameters of one configuration made out of another's that differs only in how it stores them: which elements of a
/// head rotate together, and whether experts' gate and up share a tensor.
struct ConvertedParameters: ParameterSource {
  let source: any ParameterSource
  let original: Configuration
  let target: Configuration

  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout) {
    let words = name.split(separator: ".")
    if let (part, from, to) = repacking(words) {
      return (try repacked(name, part: part, shape: shape, from: from, to: to), .outputMajor)
    }
    let found = try source.tensor(name, shape: shape)
    guard let (from, to) = pairings, from != to, words.count > 3, words[2] == "attention" else { return found }
    switch words[3] {
    case "query": return (repaired(found.tensor, heads: original.headCount, to: to), found.layout)
    case "key": return (repaired(found.tensor, heads: original.kvHeadCount, to: to), found.layout)
    default: return found
    }
  }

  /// Reordered rows are stored as they were.
  func elementType(_ name: String, shape: Shape) throws -> ElementType {
    guard repacking(name.split(separator: ".")) == nil else { return try tensor(name, shape: shape).tensor.elementType }
    return try source.elementType(name, shape: shape)
  }

  /// The part of experts that a name means, where they are packed another way than they will be.
  private func repacking(_ words: [Substring]) -> (part: String, from: MixtureOfExperts, to: MixtureOfExperts)? {
    guard words.count > 3, words[2] == "experts", words[3] != "down", let layer = Int(words[1]),
      case .mixtureOfExperts(let from) = original.layers[layer].feedForward,
      case .mixtureOfExperts(let to) = target.layers[layer].feedForward, from.packing != to.packing
    else { return nil }
    return (String(words[3]), from, to)
  }

  private var pairings: (RotaryPairing, RotaryPairing)? {
    guard case .rotary(let from) = original.position, case .rotary(let to) = target.position else { return nil }
    return (from.pairing, to.pairing)
  }

  /// Reorders the rows of each head so that the elements which rotate together stand where `pairing` expects them.
  private func repaired(_ tensor: Tensor, heads: Int, to pairing: RotaryPairing) -> Tensor {
    let (size, half) = (original.headSize, original.headSize / 2)
    let order = (0..<heads * size).map { row -> Int in
      let (head, element) = (row / size * size, row % size)
      switch pairing {
      case .adjacent: return head + element / 2 + element % 2 * half
      case .halves: return head + element % half * 2 + element / half
      }
    }
    let rows = tensor.shape.rank == 1 ? tensor.reshaped(to: [tensor.elementCount, 1]) : tensor
    defer { tensor.releasePages() }
    return rows.gatherRows(order).reshaped(to: tensor.shape)
  }

  /// One of `gate`, `up` or `gateUp` (weight or bias), stored output-major, out of tensors packed another way.
  private func repacked(
    _ name: String, part: String, shape: Shape, from: MixtureOfExperts, to: MixtureOfExperts
  ) throws -> Tensor {
    let (experts, size) = (from.expertCount, from.intermediateSize)
    let columns = shape.rank == 3 ? shape[2] : 1
    func rows(_ other: String, _ perExpert: Int) throws -> Tensor {
      let shape = shape.rank == 3 ? Shape([experts, perExpert, columns]) : Shape([experts, perExpert])
      let found = try source.tensor(name.replacing(".experts.\(part).", with: ".experts.\(other)."), shape: shape)
      let upright = found.layout == .inputMajor && shape.rank == 3 ? found.tensor.swappingLastTwo() : found.tensor
      return upright.reshaped(to: [experts * perExpert, columns])
    }
    /// Where element `index` of gate (0) or up (1) stands in a packed expert.
    func packed(_ packing: GatePacking, _ half: Int, _ index: Int) -> Int {
      packing == .concatenated ? half * size + index : 2 * index + half
    }
    let all: Tensor
    if let packing = from.packing {
      all = try rows("gateUp", 2 * size)
      let order: [Int]
      if let wanted = to.packing {
        order = permutation(experts, size) {
          packed(packing, $0, $1)
        } placedAt: {
          packed(wanted, $0, $1)
        }
      } else {
        let half = part == "gate" ? 0 : 1
        order = (0..<experts * size).map { $0 / size * 2 * size + packed(packing, half, $0 % size) }
      }
      return all.gatherRows(order).reshaped(to: shape)
    }
    let (gate, up) = (try rows("gate", size), try rows("up", size))
    let result = Tensor(uninitialized: [experts * 2 * size, columns], elementType: gate.elementType)
    let wanted = to.packing ?? .concatenated
    for expert in 0..<experts {
      for index in 0..<size {
        for (half, source) in [gate, up].enumerated() {
          result.copyRow(from: source, row: expert * size + index, to: expert * 2 * size + packed(wanted, half, index))
        }
      }
    }
    return result.reshaped(to: shape)
  }

  private func permutation(
    _ experts: Int, _ size: Int, from: (Int, Int) -> Int, placedAt: (Int, Int) -> Int
  ) -> [Int] {
    var order = Array(repeating: 0, count: experts * 2 * size)
    for expert in 0..<experts {
      for half in 0..<2 {
        for index in 0..<size {
          order[expert * 2 * size + placedAt(half, index)] = expert * 2 * size + from(half, index)
        }
      }
    }
    return order
  }
}

extension Tensor {
  /// A copy with the last two dimensions exchanged. Blocks lie along rows, so a block type becomes float16.
  func swappingLastTwo() -> Tensor {
    let plain = elementType.isBlocked ? ElementType.f16 : elementType
    if shape.rank == 2 { return converted(to: plain).transposed() }
    let extents = Shape(shape.dimensions.dropLast(2) + [shape[shape.rank - 1], shape[shape.rank - 2]])
    let result = Tensor(uninitialized: extents, elementType: plain)
    for index in 0..<shape[0] {
      let swapped = self[index].swappingLastTwo()
      let rows = swapped.shape.rowCount
      let flat = result.reshaped(to: [shape[0] * rows, swapped.shape.columnCount])
      for row in 0..<rows {
        flat.copyRow(from: swapped.reshaped(to: [rows, swapped.shape.columnCount]), row: row, to: index * rows + row)
      }
    }
    return result
  }
}
