import JSONParsing

extension ToolFormat {
  /// The text with which a model of this format calls a function, as it would write it itself.
  ///
  /// For putting earlier calls into a conversation whose template knows no tools.
  /// - Parameter arguments: the JSON text of an object.
  public func text(calling name: String, arguments: String) -> String {
    switch self {
    case .hermes, .generic:
      "\(Markers.toolCall)\n{\"name\": \"\(name)\", \"arguments\": \(arguments)}\n\(Markers.toolCallEnd)"
    case .llama3, .llama4: "{\"name\": \"\(name)\", \"parameters\": \(arguments)}"
    case .mistral: "\(Markers.toolCalls)[{\"name\": \"\(name)\", \"arguments\": \(arguments)}]"
    case .harmony:
      "\(Markers.channel)commentary to=functions.\(name) \(Markers.constrain)json\(Markers.message)\(arguments)\(Markers.call)"
    case .deepSeek:
      "\(Markers.callsBegin)\(Markers.callBegin)function\(Markers.separator)\(name)\n```json\n\(arguments)\n```"
        + "\(Markers.callEnd)\(Markers.callsEnd)"
    }
  }

  /// Tells a model which tools there are and how to call them, for the system message where the template does not.
  public func toolPrompt(for tools: [ToolDefinition]) -> String {
    let list = tools.map { String(decoding: $0.json.serializedBytes(compact: true), as: UTF8.self) }
    return """
      You can call functions. These are the functions, one per line, each with the JSON Schema of its arguments:
      \(list.joined(separator: "\n"))

      To call a function, write exactly this, with its name and its arguments as a JSON object, and then stop:
      \(text(calling: "FUNCTION_NAME", arguments: "{\"ARGUMENT_NAME\": \"VALUE\"}"))

      The result of the call comes with the next message. Call functions only when you need them; otherwise answer in \
      plain text.
      """
  }
}
