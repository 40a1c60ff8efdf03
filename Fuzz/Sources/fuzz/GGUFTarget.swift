import Checkpoints

extension Target {
  /// Files laid out as GGUF, in which any field may be wrong; some are then damaged blindly as well.
  static let gguf = Target(name: "gguf", fileName: "model.gguf") { random in
    var maker = GGUFMaker(isFaithful: random.chance(8))
    var file = maker.file(&random)
    if random.chance(4) { file.mutate(&random) }
    return file
  } open: { path in
    let checkpoint = try GGUFCheckpoint(path: path)
    witness &+= touchTensors(of: checkpoint)
    let metadata = checkpoint.metadata
    for key in metadata.keys {
      witness &+= (try? metadata.int(key)) ?? 0
      if let strings = try? metadata.strings(key) { for string in strings { witness &+= string.utf8.count } }
      _ = (try? metadata.ints(key), try? metadata.floats(key), try? metadata.bool(key))
      _ = (try? metadata.double(key), try? metadata.string(key))
    }
  }
}

/// Makes GGUF files by the format's description, with a fault here and there.
private struct GGUFMaker {
  /// Whether to make no faults.
  let isFaithful: Bool
  private var bytes: [UInt8] = []

  init(isFaithful: Bool) { self.isFaithful = isFaithful }

  private mutating func put(_ number: UInt64, _ count: Int, _ random: inout Randomness) {
    bytes += littleEndianBytes(!isFaithful && random.chance(40) ? random.awkwardNumber() : number, count: count)
  }

  private mutating func put(_ text: String, _ random: inout Randomness) {
    put(UInt64(text.utf8.count), 8, &random)
    bytes += text.utf8
  }

  mutating func file(_ random: inout Randomness) -> [UInt8] {
    bytes = Array("GGUF".utf8)
    put(random.chance(2) ? 2 : 3, 4, &random)
    let tensorCount = random.below(4)
    let pairCount = random.below(5)
    put(UInt64(tensorCount), 8, &random)
    put(UInt64(pairCount), 8, &random)
    var alignment = 32
    for pair in 0..<pairCount {
      if random.chance(12) {
        alignment = random.pick([8, 16, 64])
        put("general.alignment", &random)
        put(4, 4, &random)
        put(UInt64(alignment), 4, &random)
      } else {
        let split = random.pick(["split.count", "split.no", "split.tensors.count"])
        put(random.chance(20) ? split : "key\(pair)", &random)
        putValue(&random)
      }
    }
    var offset = 0
    // Code, numbers in a block, bytes in a block.
    let types = [(0, 1, 4), (1, 1, 2), (30, 1, 2), (2, 32, 18), (8, 32, 34), (12, 256, 144), (16, 256, 66), (99, 1, 1)]
    for tensor in 0..<tensorCount {
      let type = random.pick(types)
      let extents = [type.1 * (1 + random.below(3))] + (0..<random.below(4)).map { _ in 1 + random.below(4) }
      put("t\(tensor)", &random)
      put(UInt64(extents.count), 4, &random)
      for extent in extents { put(UInt64(extent), 8, &random) }
      put(UInt64(type.0), 4, &random)
      put(UInt64(offset), 8, &random)
      offset += (extents.reduce(1, *) / type.1 * type.2 + alignment - 1) / alignment * alignment
    }
    while bytes.count % alignment != 0 { bytes.append(0) }
    return bytes + [UInt8](repeating: 5, count: offset)
  }

  private mutating func putValue(_ random: inout Randomness) {
    let widths = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]
    let type = random.below(13)
    put(UInt64(type), 4, &random)
    func isNumber(_ type: Int) -> Bool { widths[type] > 0 }
    if isNumber(type) { return put(UInt64(random.below(2)), widths[type], &random) }
    if type == 8 { return put(random.pick(["", "llama", "é", "\u{0}"]), &random) }
    let element = random.chance(3) ? 8 : random.pick([0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12])
    let count = random.below(6)
    put(UInt64(element), 4, &random)
    put(UInt64(count), 8, &random)
    for _ in 0..<count {
      if element == 8 { put("a", &random) } else { put(UInt64(random.below(2)), widths[element], &random) }
    }
  }
}
