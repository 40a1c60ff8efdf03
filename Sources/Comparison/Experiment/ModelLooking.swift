import Charts
import LanguageModels
import Tokenization

extension LanguageModel {
  /// What the model looks at while it reads some tokens.
  func reading(_ ids: [Int], _ tokenizer: Tokenizer) throws -> AttentionViewer.Reading {
    // Of each head, what every token takes from itself and those before it, row by row.
    let weights = try attentionMaps(ids).map { map in
      map.weights.map { head in head.enumerated().flatMap { query, row in row.prefix(query + 1) } }
    }
    return AttentionViewer.Reading(tokens: try ids.map { try tokenizer.decode([$0]) }, weights: weights)
  }
}
