/// A SentencePiece vocabulary that tokenizer.json writes as merges (as LLaMA 1 and 2 are exported), told in scores again.
///
/// SentencePiece joins any two neighbours whose whole is a piece, the best-scored whole first; merges name the pairs.
/// The two agree when every way to halve a piece is listed, and all halvings of one piece before those of the next.
struct SentencePieceScores {
  /// By id: minus the place of the piece's merges; pieces that nothing merges into come last.
  let scores: [Float]
  let addsSpacePrefix: Bool
  /// Pieces longer than this are not halved in search of merges; real ones have up to some 50 bytes.
  private static let longestPiece = 512

  /// nil when the stages do something that SentencePiece does not.
  init?(_ stages: Tokenizer.Stages, _ model: BytePairEncoding) {
    guard !stages.isByteLevel, model.options.byteFallback, !model.options.ignoresMerges,
      model.options.endOfWordSuffix.isEmpty, model.options.continuingSubwordPrefix.isEmpty,
      let addsSpacePrefix = Self.spacePrefix(stages)
    else { return nil }
    let pieces = stages.pieces
    guard pieces.maximumLength <= Self.longestPiece else { return nil }

    var scores = [Float](repeating: 0, count: pieces.count)
    var places = 0
    var last: Int?
    for merge in model.merges.ordered where merge.id != last {
      guard scores[merge.id] == 0 else { return nil }  // Its merges stand in two places.
      places += 1
      scores[merge.id] = -Float(places)
      last = merge.id
    }
    for id in scores.indices where pieces.contains(id) {
      let piece = pieces.piece(id)
      if scores[id] < 0 {
        for middle in piece.indices.dropFirst() {
          guard let left = pieces.id(of: Array(piece[..<middle])), let right = pieces.id(of: Array(piece[middle...]))
          else { continue }
          guard model.merges.merge(UInt32(left), UInt32(right)).exists else { return nil }
        }
      } else {
        scores[id] = -Float(places + 1)
      }
    }
    self.scores = scores
    self.addsSpacePrefix = addsSpacePrefix
  }

  /// Whether a text gets a space in front; nil when its spaces become anything but `▁`.
  private static func spacePrefix(_ stages: Tokenizer.Stages) -> Bool? {
    let mark = Array("▁".utf8)
    switch (stages.normalizer, stages.preTokenizer) {
    case (nil, .metaspace(let replacement, let scheme, splits: false)) where replacement == mark:
      return scheme != .never
    case (.replace(.literal(let space), with: let replacement), nil) where space == [0x20] && replacement == mark:
      return false
    case (.sequence(let parts), nil):
      guard parts.count == 2, case .prepend(let prefix) = parts[0], prefix == mark,
        case .replace(.literal(let space), with: let replacement) = parts[1], space == [0x20], replacement == mark
      else { return nil }
      return true
    default: return nil
    }
  }
}
