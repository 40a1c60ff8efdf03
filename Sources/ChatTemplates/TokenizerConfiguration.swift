public import JSONParsing

/// What a Hugging Face tokenizer_config.json says about chat templates.
///
///     let configuration = TokenizerConfiguration(object)
///     if let source = configuration.template(forTools: true) {
///       let template = try ChatTemplate(source)
///       let rendered = try template.render(data: request, trusted: configuration.specialTokens, now: today)
///     }
public struct TokenizerConfiguration: Hashable, Sendable {
  /// The special tokens by the names that templates call them: `bos_token`, `eos_token` and so on.
  public let specialTokens: JSONObject
  /// The templates by name. A model with one template has it as `default`.
  public let templates: [String: String]

  private static let tokenNames: Set<String> = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Reads the members of a tokenizer_config.json; what has an unexpected form is passed over.
  public init(_ configuration: JSONObject) {
    var tokens = JSONObject()
    for (name, value) in configuration.pairs where Self.tokenNames.contains(name) {
      // A token is its text, or an object that describes it.
      if let text = value.string ?? value["content"]?.string { tokens[name] = .string(text) }
    }
    specialTokens = tokens
    var templates: [String: String] = [:]
    if let template = configuration["chat_template"]?.string { templates["default"] = template }
    for entry in configuration["chat_template"]?.array ?? [] {
      if let name = entry["name"]?.string, let template = entry["template"]?.string { templates[name] = template }
    }
    self.templates = templates
  }

  /// The template for a conversation, or nil if there is none: the one called `tool_use` where there are tools and
  /// such a template, otherwise `default`.
  public func template(forTools hasTools: Bool) -> String? {
    (hasTools ? templates["tool_use"] : nil) ?? templates["default"]
  }
}
