package import Tensors

/// The scores of what may come after one token, one for every token of the vocabulary.
///
/// A model's stay where it computed them until somebody chooses by them: a batch has many, and each text copies its own
/// when its turn comes, all of them side by side.
package enum ScoreRow: Sendable {
  case floats([Float])
  /// [1, vocabularySize]
  case tensor(Tensor)

  /// The scores in an array that may be there already.
  func write(into scores: inout [Float]) {
    switch self {
    case .floats(let floats): scores = floats
    case .tensor(let tensor): tensor.write(into: &scores)
    }
  }

  /// The scores in an array of their own.
  var floats: [Float] {
    var floats: [Float] = []
    write(into: &floats)
    return floats
  }
}
