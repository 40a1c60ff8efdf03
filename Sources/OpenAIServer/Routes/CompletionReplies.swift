#if Server
  import JSONParsing
  import TextGeneration
  import Tokenization

  /// The texts of a completion request as they grow, whole or in chunks.
  struct CompletionReplies: Replies {
    private struct Choice {
      var text = ""
      var scored: [ScoredToken] = []
      var reason: FinishReason?
    }

    private let completion: Completion
    private let model: ServedModel
    private let envelope: ReplyEnvelope
    private var choices: [Choice]
    /// Characters of each choice that have been sent or echoed, where log probabilities go on.
    private var offsets: [Int]
    private(set) var usage = Usage()

    init(_ completion: Completion, _ model: ServedModel) {
      (self.completion, self.model) = (completion, model)
      envelope = ReplyEnvelope("cmpl-", model)
      let count = completion.requests.count * completion.choiceCount
      choices = Array(repeating: Choice(), count: count)
      offsets = Array(repeating: 0, count: count)
    }

    /// Takes in what happens.
    /// - Returns: The chunks that a stream sends for it.
    mutating func read(_ update: GenerationUpdate, of prompt: Int) -> [JSONValue] {
      switch update {
      case .progress: return []
      case .promptRead(let reading):
        usage.add(reading)
        guard completion.echoes else { return [] }
        let text = echo(reading, completion.prompts[prompt])
        return (0..<completion.choiceCount).map { choice in
          let index = prompt * completion.choiceCount + choice
          return add(text, reading.scoredTokens, nil, to: index)
        }
      case .event(let choice, let event):
        let index = prompt * completion.choiceCount + choice
        if let summary = event.summary { usage.add(summary) }
        if event.text.isEmpty, event.summary == nil, !completion.wantsLogProbabilities { return [] }
        return [add(event.text, event.scoredToken.map { [$0] } ?? [], event.summary?.reason, to: index)]
      }
    }

    private func echo(_ reading: PromptReading, _ prompt: Prompt) -> String {
      if case .text(let text) = prompt { return text }
      return (try? model.tokenizer.decode(reading.tokens)) ?? ""
    }

    /// Adds to a choice.
    /// - Returns: The chunk for it.
    private mutating func add(
      _ text: String, _ scored: [ScoredToken], _ reason: FinishReason?, to index: Int
    ) -> JSONValue {
      choices[index].text += text
      choices[index].scored += scored
      choices[index].reason = reason
      let chunk = choice(index, text, scored, offset: offsets[index], reason)
      offsets[index] += scored.reduce(0) { $0 + model.tokenizer.text(of: $1.token).unicodeScalars.count }
      return envelope.json("text_completion", [chunk])
    }

    private func choice(
      _ index: Int, _ text: String, _ scored: [ScoredToken], offset: Int, _ reason: FinishReason?
    ) -> JSONValue {
      [
        "text": .string(text), "index": .integer(index),
        "logprobs": completion.wantsLogProbabilities
          ? model.tokenizer.completionLogProbabilities(scored, offset: offset) : .null,
        "finish_reason": reason.map { .string($0.openAIName) } ?? .null,
      ]
    }

    /// The whole response.
    var whole: JSONValue {
      envelope.json(
        "text_completion",
        choices.indices.map {
          choice($0, choices[$0].text, choices[$0].scored, offset: 0, choices[$0].reason ?? .cancelled)
        },
        usage: usage)
    }

    /// Usage, where it was asked for.
    var closings: [JSONValue] {
      completion.includesUsage ? [envelope.json("text_completion", [], usage: usage)] : []
    }
  }

  extension PromptReading {
    /// The prompt's tokens with their probabilities, where they were asked for.
    var scoredTokens: [ScoredToken] {
      zip(tokens, logProbabilities).map { token, scored in
        ScoredToken(
          token: token, logProbability: scored?.logProbability, alternatives: scored?.alternatives ?? [])
      }
    }
  }

  extension GenerationEvent {
    /// The token with its probability, where that was asked for.
    var scoredToken: ScoredToken? {
      guard let token, let logProbability else { return nil }
      return ScoredToken(token: token, logProbability: logProbability, alternatives: alternatives)
    }
  }
#endif
