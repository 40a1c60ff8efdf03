#if Server
  import JSONParsing
  import TextGeneration
  import Tokenization

  /// A chosen token with its probability and those of others that might have come.
  struct ScoredToken: Sendable {
    let token: Int
    /// Nil for the first token of a prompt, which comes after nothing.
    let logProbability: Float?
    let alternatives: [TokenLogProbability]
  }

  extension Tokenizer {
    /// A token's text; bytes of half a character become U+FFFD, and control tokens their names.
    func text(of token: Int) -> String { String(decoding: bytes(of: token) ?? [], as: UTF8.self) }

    /// As chat completions have it: `{"token", "logprob", "bytes", "top_logprobs"}`.
    func chatLogProbability(_ scored: ScoredToken) -> JSONValue {
      func entry(_ token: Int, _ logProbability: Float) -> JSONObject {
        [
          "token": .string(text(of: token)), "logprob": .number(Self.finite(logProbability)),
          "bytes": .array((bytes(of: token) ?? []).map { .integer(Int($0)) }),
        ]
      }
      var object = entry(scored.token, scored.logProbability ?? 0)
      object["top_logprobs"] = .array(scored.alternatives.map { .object(entry($0.token, $0.logProbability)) })
      return .object(object)
    }

    /// As completions have it: four arrays of equal length.
    /// - Parameter offset: Where the first token begins in the text, in characters.
    func completionLogProbabilities(_ tokens: [ScoredToken], offset: Int) -> JSONValue {
      var (texts, values, tops, offsets): ([JSONValue], [JSONValue], [JSONValue], [JSONValue]) = ([], [], [], [])
      var position = offset
      for scored in tokens {
        let text = text(of: scored.token)
        texts.append(.string(text))
        values.append(scored.logProbability.map { .number(Self.finite($0)) } ?? .null)
        tops.append(
          scored.logProbability == nil
            ? .null
            : .object(
              JSONObject(scored.alternatives.map { (self.text(of: $0.token), .number(Self.finite($0.logProbability))) })
            ))
        offsets.append(.integer(position))
        position += text.unicodeScalars.count
      }
      return [
        "tokens": .array(texts), "token_logprobs": .array(values), "top_logprobs": .array(tops),
        "text_offset": .array(offsets),
      ]
    }

    /// JSON has no infinity; OpenAI says -9999 for what cannot be.
    private static func finite(_ value: Float) -> Double { value.isFinite ? Double(value) : -9999 }
  }
#endif
