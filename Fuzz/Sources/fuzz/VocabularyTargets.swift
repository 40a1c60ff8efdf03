import Tokenization

extension Target {
  /// SentencePiece's tokenizer.model with faults in its lengths, types, scores and settings.
  static let sentencePiece = Target(name: "sentencepiece", fileName: "tokenizer.model") { random in
    var maker = ProtobufMaker(isFaithful: random.chance(8))
    let hasBytes = random.chance(2)
    var pieces: [(text: String, score: Float, type: UInt64)] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
    if hasBytes { for byte in 0..<256 { pieces.append((byteName(byte), 0, 6)) } }
    for (rank, text) in ["ab", "abc", "▁ab", "▁a", "a", "b", "c", "▁", "é", "<pad>"].enumerated() {
      pieces.append((text, -Float(rank), random.chance(16) ? UInt64(random.below(9)) : 1))
    }
    if random.chance(4) { pieces.append(pieces[random.below(pieces.count)]) }
    for piece in pieces {
      var message = ProtobufMaker(isFaithful: maker.isFaithful || !random.chance(8))
      message.put(field: 1, bytes: Array(piece.text.utf8), &random)
      let oddScores: [Float] = [.nan, .infinity, -.infinity, 1e38]
      message.put(field: 2, fixed32: (random.chance(40) ? random.pick(oddScores) : piece.score).bitPattern, &random)
      if piece.type != 1 { message.put(field: 3, varint: piece.type, &random) }
      maker.put(field: 1, bytes: message.bytes, &random)
    }
    var training = ProtobufMaker(isFaithful: maker.isFaithful)
    training.put(field: 3, varint: random.chance(16) ? UInt64(random.below(6)) : 2, &random)
    for field: UInt64 in [40, 41, 42, 43] where random.chance(3) {
      training.put(field: field, varint: random.chance(3) ? random.awkwardNumber() : UInt64(random.below(4)), &random)
    }
    maker.put(field: 2, bytes: training.bytes, &random)
    if random.chance(2) {
      var normalizer = ProtobufMaker(isFaithful: maker.isFaithful)
      for field: UInt64 in [3, 4, 5] where random.chance(2) {
        normalizer.put(field: field, varint: field == 5 ? 1 : UInt64(random.below(2)), &random)
      }
      maker.put(field: 3, bytes: normalizer.bytes, &random)
    }
    if !maker.isFaithful, random.chance(3) { maker.bytes.mutate(&random) }
    return maker.bytes
  } open: { path in
    exercise(try Tokenizer.load(from: path))
  }

  /// llama2.c's tokenizer.bin.
  static let llama2cTokenizer = Target(name: "llama2c-tokenizer", fileName: "tokenizer.bin") { random in
    let isFaithful = random.chance(8)
    var file = littleEndianBytes(random.chance(8) ? random.awkwardNumber() : 8, count: 4)
    var pieces = ["<unk>", "\n<s>\n", "\n</s>\n"] + (0..<256).map { byteName($0) }
    pieces += [" ", "a", "b", "c", "ab", " ab", " a", "abc", "é", "", "ab"].prefix(random.below(12))
    for (rank, piece) in pieces.enumerated() {
      let isFaulty = !isFaithful && random.chance(200)
      file += littleEndianBytes(isFaulty ? random.awkwardNumber() : UInt64((-Float(rank)).bitPattern), count: 4)
      let length = !isFaithful && random.chance(400) ? random.awkwardNumber() : UInt64(piece.utf8.count)
      file += littleEndianBytes(length, count: 4) + piece.utf8
    }
    if !isFaithful, random.chance(3) { file.mutate(&random) }
    return file
  } open: { path in
    exercise(try Tokenizer.load(from: path))
  }
}

private nonisolated func byteName(_ byte: Int) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
}

/// Writes protocol buffers' wire format, with a fault here and there.
private struct ProtobufMaker {
  /// Whether to make no faults.
  let isFaithful: Bool
  var bytes: [UInt8] = []

  init(isFaithful: Bool) { self.isFaithful = isFaithful }

  private mutating func put(varint: UInt64) {
    var rest = varint
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func put(tag field: UInt64, _ wireType: UInt64, _ random: inout Randomness) {
    let tag = field << 3 | wireType
    put(varint: !isFaithful && random.chance(200) ? random.pick([random.awkwardNumber(), tag ^ 1, tag ^ 7, 0]) : tag)
  }

  mutating func put(field: UInt64, varint: UInt64, _ random: inout Randomness) {
    put(tag: field, 0, &random)
    put(varint: !isFaithful && random.chance(20) ? random.awkwardNumber() : varint)
  }

  mutating func put(field: UInt64, fixed32: UInt32, _ random: inout Randomness) {
    put(tag: field, 5, &random)
    bytes += littleEndianBytes(UInt64(fixed32), count: 4)
  }

  mutating func put(field: UInt64, bytes content: [UInt8], _ random: inout Randomness) {
    put(tag: field, 2, &random)
    put(varint: !isFaithful && random.chance(300) ? random.awkwardNumber() : UInt64(content.count))
    bytes += content
  }
}
