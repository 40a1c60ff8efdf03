#if Server
  import JSONParsing
  import TextGeneration

  /// The tokens and the time that a request took.
  struct Usage: Sendable {
    private(set) var promptTokens = 0
    private(set) var reusedTokens = 0
    private(set) var generatedTokens = 0
    private(set) var promptSeconds = 0.0
    private(set) var generationSeconds = 0.0

    mutating func add(_ reading: PromptReading) {
      promptTokens += reading.tokens.count
      reusedTokens += reading.reusedTokens
    }

    mutating func add(_ summary: GenerationSummary) {
      generatedTokens += summary.generatedTokens
      promptSeconds = max(promptSeconds, summary.promptSeconds)
      generationSeconds = max(generationSeconds, summary.generationSeconds)
    }

    /// As completions have it.
    var json: JSONValue {
      [
        "prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(generatedTokens),
        "total_tokens": .integer(promptTokens + generatedTokens),
        "prompt_tokens_details": ["cached_tokens": .integer(reusedTokens)],
      ]
    }

    /// As responses and messages have it.
    var inputOutput: JSONObject {
      ["input_tokens": .integer(promptTokens), "output_tokens": .integer(generatedTokens)]
    }

    /// As Anthropic's messages have it: what was read anew, and what had been.
    var messages: JSONObject {
      [
        "input_tokens": .integer(promptTokens - reusedTokens), "output_tokens": .integer(generatedTokens),
        "cache_read_input_tokens": .integer(reusedTokens), "cache_creation_input_tokens": 0,
      ]
    }

    /// What the page shows.
    var timings: JSONValue {
      [
        "prompt_tokens": .integer(promptTokens), "cached_tokens": .integer(reusedTokens),
        "prompt_seconds": .number(promptSeconds), "generated_tokens": .integer(generatedTokens),
        "generation_seconds": .number(generationSeconds),
      ]
    }
  }

  extension FinishReason {
    /// OpenAI's word for it.
    var openAIName: String {
      switch self {
      case .endOfText, .stopString, .cancelled, .grammarEnd: "stop"
      case .maxTokens, .contextFull: "length"
      }
    }
  }
#endif
