#if Server
  import JSONParsing
  import TextGeneration

  extension GenerationOptions {
    /// What a request says about choosing tokens and about the end, in the words of OpenAI's API and of those that its
    /// peers share.
    init(_ request: RequestFields, model: ServedModel, endpoints: Endpoints) throws(APIError) {
      let limits = endpoints.options.limits
      self.init(
        sampling: try SamplingOptions(request, model: model, defaults: endpoints.options.sampling), maxTokens: nil)
      stopStrings = try Self.stopStrings(request, limits)
      stopTokens = try Self.tokens(request, "stop_token_ids")
      if try request.bool("ignore_eos") == true { stopsAtEndOfText = false }
      minTokens = try request.int("min_tokens", in: 0...(1 << 30)) ?? 0
      bannedStrings = try request.texts("banned_strings", most: limits.stopStrings) ?? []
    }

    private static func stopStrings(_ request: RequestFields, _ limits: RequestLimits) throws(APIError) -> [String] {
      guard let value = request["stop"] else { return [] }
      if let text = value.string { return text.isEmpty ? [] : [text] }
      let strings = try request.texts("stop", most: limits.stopStrings) ?? []
      let bytes = strings.reduce(0) { $0 + $1.utf8.count }
      guard bytes <= limits.stopStringBytes else {
        throw .invalid("stop", "stop has \(bytes) bytes together; give at most \(limits.stopStringBytes).")
      }
      return strings
    }

    private static func tokens(_ request: RequestFields, _ key: String) throws(APIError) -> [Int] {
      var tokens: [Int] = []
      for (index, value) in (try request.array(key, most: 1024) ?? []).enumerated() {
        guard let token = value.int, token >= 0 else {
          throw .invalid("\(key)[\(index)]", "\(key)[\(index)] must be a token id.")
        }
        tokens.append(token)
      }
      return tokens
    }
  }

  extension SamplingOptions {
    /// - Parameter defaults: What counts where the request says nothing.
    fileprivate init(_ request: RequestFields, model: ServedModel, defaults: SamplingOptions) throws(APIError) {
      self = defaults
      func set(
        _ path: WritableKeyPath<SamplingOptions, Float>, _ keys: String..., in range: ClosedRange<Double>
      ) throws(APIError) {
        for key in keys {
          if let value = try request.number(key, in: range) { self[keyPath: path] = Float(value) }
        }
      }
      try set(\.temperature, "temperature", in: 0...100)
      try set(\.topP, "top_p", in: 0...1)
      try set(\.minP, "min_p", in: 0...1)
      try set(\.typicalP, "typical_p", in: 0...1)
      try set(\.presencePenalty, "presence_penalty", in: -2...2)
      try set(\.frequencyPenalty, "frequency_penalty", in: -2...2)
      try set(\.repetitionPenalty, "repeat_penalty", "repetition_penalty", in: 0.01...100)
      // Others say -1 for all tokens.
      if let k = try request.int("top_k", in: -1...(.max)) { topK = max(0, k) }
      if let window = try request.int("repeat_last_n", in: -1...(.max)) { penaltyWindow = window < 0 ? nil : window }
      if let value = request["seed"] {
        guard let number = value.int else { throw request.wrongKind("seed", value, "a whole number") }
        seed = number == -1 ? nil : UInt64(bitPattern: Int64(number))
      }
      try setLogitBias(request, vocabularySize: model.vocabularySize)
      try setFurther(request)
    }

    /// Samplers that llama.cpp's users know, in its words.
    private mutating func setFurther(_ request: RequestFields) throws(APIError) {
      if let sigma = try request.number("top_n_sigma", in: -1...1000) { topNSigma = Float(sigma) }
      if let probability = try request.number("xtc_probability", in: 0...1) {
        xtc = XTC(
          probability: Float(probability), threshold: Float(try request.number("xtc_threshold", in: 0...1) ?? 0.1))
      }
      if let range = try request.number("dynatemp_range", in: 0...100), range > 0 {
        dynamicTemperature = DynamicTemperature(
          range: Float(range), exponent: Float(try request.number("dynatemp_exponent", in: 0...100) ?? 1))
      }
      if let multiplier = try request.number("dry_multiplier", in: 0...100), multiplier > 0 {
        var dry = DRY(multiplier: Float(multiplier))
        if let base = try request.number("dry_base", in: 1...100) { dry.base = Float(base) }
        if let length = try request.int("dry_allowed_length", in: 1...(1 << 20)) { dry.allowedLength = length }
        if let window = try request.int("dry_penalty_last_n", in: -1...(1 << 30)) {
          dry.window = window < 0 ? nil : window
        }
        if let breakers = try request.array("dry_sequence_breakers", most: 64) {
          dry.breakers = breakers.compactMap { $0.string.map { String($0.prefix(64)) } }
        }
        self.dry = dry
      }
      if let number = try request.int("mirostat", in: 0...2) {
        mirostat = Mirostat.Version(rawValue: number).map { Mirostat($0) }
        if let tau = try request.number("mirostat_tau", in: 0...100) { mirostat?.tau = Float(tau) }
        if let eta = try request.number("mirostat_eta", in: 0...100) { mirostat?.eta = Float(eta) }
      }
      guard let names = try request.array("samplers", most: 32) else { return }
      steps = []
      for (index, value) in names.enumerated() {
        guard let step = value.string.flatMap({ SamplingStep(name: $0) }) else {
          let known = SamplingStep.allCases.map(\.rawValue).joined(separator: ", ")
          throw .invalid("samplers[\(index)]", "samplers[\(index)] is no sampler; choose among \(known).")
        }
        steps.append(step)
      }
    }

    private mutating func setLogitBias(_ request: RequestFields, vocabularySize: Int) throws(APIError) {
      guard let biases = try request.fields("logit_bias") else { return }
      guard biases.object.count <= 4096 else {
        throw .invalid("logit_bias", "logit_bias has \(biases.object.count) tokens; give at most 4096.")
      }
      for key in biases.object.keys {
        guard let token = Int(key), let bias = try biases.number(key, in: -100...100) else {
          throw .invalid(
            "logit_bias", "logit_bias has the key '\(key.prefix(40))'; give token ids with numbers from -100 to 100.")
        }
        guard (0..<vocabularySize).contains(token) else {
          throw .invalid(
            "logit_bias", "logit_bias has the token \(token); this model has 0 to \(vocabularySize - 1).")
        }
        // OpenAI's scale ends at certainty.
        logitBias[token] = bias <= -100 ? -.infinity : Float(bias)
      }
    }
  }
#endif
