public import JSONParsing

/// A model's chat template: what turns a conversation into the text that the model was trained on.
///
/// The language is Jinja as the Python library `transformers` sets it up: `trim_blocks`, `lstrip_blocks`, `break` and
/// `continue`, `raise_exception`, `strftime_now`, `tojson` without HTML escapes, `generation` blocks, and no way to
/// reach anything but the values given.
///
///     let template = try ChatTemplate("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}")
///     let rendered = try template.render(
///       data: ["messages": [["role": "user", "content": "Hi"]]], now: CivilDate(year: 2024, month: 7, day: 26))
///     rendered.text   // "<|user|>Hi"
///
/// A template may be rendered many times, also at once.
public struct ChatTemplate: Sendable {
  /// The template as it was given.
  public let source: String
  /// The names that the template takes from outside, such as `messages`. One that handles tools has `tools` here.
  public let variables: Set<String>

  private let body: [Statement]
  private let symbols: SymbolTable

  /// The longest source, in bytes of UTF-8.
  private static let maximumSource = 1 << 18

  /// Parses a template.
  /// - Throws: `TemplateError` with code `syntax` when it is not well-formed, `limitExceeded` when it is longer than
  ///   256 KiB or nests too deep.
  public init(_ source: String) throws(TemplateError) {
    guard source.utf8.count <= Self.maximumSource else {
      throw TemplateError(.limitExceeded, "a template of more than \(Self.maximumSource) bytes.", line: 1)
    }
    self.source = source
    var lexer = Lexer(source)
    var parser = Parser(try lexer.tokenize())
    body = try parser.parseTemplate()
    symbols = parser.symbols
    let functions = Set(GlobalFunction.allCases.map(\.rawValue))
    variables = Set(parser.names.free.map { [names = parser.symbols.names] in names[$0] }).subtracting(functions)
  }

  /// Writes a conversation the way the template says.
  ///
  /// - Parameters:
  ///   - data: what a request supplied: `messages`, `tools` (null for none), `documents`, `add_generation_prompt` and
  ///     what else it may set. Its strings become parts of kind `data`.
  ///   - trusted: what comes with the model, such as `bos_token`. Its strings count as the template's own. Where both
  ///     have a name, `data` counts.
  ///   - now: what `strftime_now` tells.
  ///   - limits: what rendering may cost.
  /// - Throws: `TemplateError`: `raised` when the template refuses the conversation, other codes when it fails.
  public func render(
    data: JSONObject, trusted: JSONObject = JSONObject(), now: CivilDate, limits: TemplateLimits = .standard
  ) throws(TemplateError) -> RenderedTemplate {
    let evaluator = Evaluator(symbols: symbols, now: now, limits: limits)
    var values = [Value?](repeating: nil, count: symbols.names.count)
    for function in GlobalFunction.allCases {
      if let symbol = symbols.known(function.rawValue) { values[symbol] = .function(function) }
    }
    for (object, isData) in [(trusted, false), (data, true)] {
      for (name, value) in object.pairs {
        if let symbol = symbols.known(name) { values[symbol] = try evaluator.value(of: value, isData: isData) }
      }
    }
    return RenderedTemplate(try evaluator.render(body, Scope(root: values)))
  }
}
