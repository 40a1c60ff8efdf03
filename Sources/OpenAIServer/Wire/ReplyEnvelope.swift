#if Server
  import JSONParsing

  /// What stands around the choices of completions and of chats, whole or in chunks.
  struct ReplyEnvelope: Sendable {
    private let id: String
    private let created = Identifiers.now
    private let model: ServedModel

    /// - Parameter prefix: What the response's name begins with.
    init(_ prefix: String, _ model: ServedModel) { (id, self.model) = (Identifiers.make(prefix), model) }

    /// An object of a kind.
    func json(_ kind: String, _ choices: [JSONValue], usage: Usage? = nil) -> JSONValue {
      var object: JSONObject = [
        "id": .string(id), "object": .string(kind), "created": .integer(created), "model": .string(model.id),
        "system_fingerprint": .string(model.fingerprint), "choices": .array(choices),
      ]
      if let usage {
        object["usage"] = usage.json
        object["timings"] = usage.timings
      }
      return .object(object)
    }
  }
#endif
