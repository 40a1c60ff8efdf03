#if Server
  import Foundation
  import Hummingbird
  import JSONParsing
  import LanguageModels
  import TextGeneration

  extension Endpoints {
    /// `POST /embeddings`: vectors of texts.
    func embeddings(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let model = use.model
      let prompts = try Prompt.prompts(fields, "input", most: options.limits.embeddedTexts, model)
      let format = try fields.string("encoding_format") ?? "float"
      guard ["float", "base64"].contains(format) else {
        throw APIError.invalid("encoding_format", "encoding_format is '\(format.prefix(40))'; give float or base64.")
      }
      let size = model.model.configuration.hiddenSize
      let dimensions = try fields.int("dimensions", in: 1...size)
      var (data, tokens): ([JSONValue], Int) = ([], 0)
      for (index, prompt) in prompts.enumerated() {
        try Task.checkCancellation()
        let ids = try embeddable(prompt, model)
        tokens += ids.count
        var vector = try await model.scheduler.perform { try model.model.embedding(of: ids) }
        if let dimensions { vector = Self.shortened(vector, to: dimensions) }
        data.append([
          "object": "embedding", "index": .integer(index),
          "embedding": format == "base64"
            ? .string(Self.base64(vector)) : .array(vector.map { .number(Double($0)) }),
        ])
      }
      return .json([
        "object": "list", "data": .array(data), "model": .string(model.id),
        "usage": ["prompt_tokens": .integer(tokens), "total_tokens": .integer(tokens)],
      ])
    }

    private func embeddable(_ prompt: Prompt, _ model: ServedModel) throws(APIError) -> [Int] {
      var ids = model.tokens(of: prompt)
      if ids.isEmpty, let first = model.model.configuration.bosToken ?? model.model.configuration.eosTokens.first {
        ids = [first]
      }
      guard !ids.isEmpty else {
        throw .invalid("input", "a text is empty, and this model has no token to stand for it; give some text.")
      }
      guard ids.count <= model.contextLength else {
        throw .tooLong("input", "a text has \(ids.count).", count: ids.count, limit: model.contextLength)
      }
      return ids
    }

    /// The first numbers, scaled to length one again.
    private static func shortened(_ vector: [Float], to count: Int) -> [Float] {
      let part = vector.prefix(count)
      let length = part.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      return part.map { length > 0 ? $0 / length : 0 }
    }

    /// Little-endian float32 in base64, which OpenAI's client asks for.
    private static func base64(_ vector: [Float]) -> String {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(vector.count * 4)
      for number in vector {
        let bits = number.bitPattern
        bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
      }
      return Data(bytes).base64EncodedString()
    }
  }
#endif
