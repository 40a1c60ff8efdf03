import Charts
import LanguageModels
import TextGeneration
import Tokenization

extension Generator {
  /// A text and its continuation.
  func text(after prompt: String, _ options: GenerationOptions) throws -> String {
    var text = prompt
    try generate(
      .text(prompt), options: options,
      onEvent: {
        text += $0.text
        return true
      })
    return text
  }
}

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
