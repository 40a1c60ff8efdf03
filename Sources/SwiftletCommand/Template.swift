public import ArgumentParser
public import ChatTemplates
import Foundation
import JSONParsing
import Swiftlet

/// `swiftlet template`: what a chat template makes of conversations.
struct Template: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Render a chat template.",
    discussion: """
      Reads one JSON object per line on standard input: "messages", "tools", "add_generation_prompt", and "variables", \
      an object of further names such as bos_token. Writes {"rendered": …} for each, or {"error": …} where the template \
      refuses the conversation or fails.

      With a tokenizer_config.json or a model's folder, the special tokens have their values from there.

      Examples:
        swiftlet template chat_template.jinja --date 2024-07-26 < conversations.jsonl
        echo '{"messages": [{"role": "user", "content": "Hi"}]}' | swiftlet template Llama-3.2-1B-Instruct
      """)

  @Option(help: ArgumentHelp("The day that strftime_now tells. (default: today)", valueName: "yyyy-mm-dd"))
  var date: CivilDate?

  @Argument(help: ArgumentHelp("A .jinja file, a tokenizer_config.json or a model's folder.", valueName: "file"))
  var path: String

  func run() async throws {
    let date = date ?? CivilDate(Date())
    var source = try TemplateFiles(path)
    try TextInput.forEachLine { line, number in
      let answer = try Self.rendered(line, number, &source, date)
      Terminal.write(JSONValue.object(answer).serialized() + "\n")
    }
  }

  private static func rendered(
    _ line: String, _ number: Int, _ files: inout TemplateFiles, _ date: CivilDate
  ) throws -> JSONObject {
    let value: JSONValue
    do { value = try JSONValue(parsing: Array(line.utf8), duplicateKeys: .keepLast) } catch {
      throw CommandError("standard input, line \(number): \(error)")
    }
    guard let request = value.object, request["messages"]?.array != nil else {
      throw CommandError(
        #"standard input, line \#(number): no "messages"; give lines like {"messages": [{"role": "user", "#
          + #""content": "Hi"}]}."#)
    }
    var data = JSONObject()
    data["messages"] = request["messages"]
    data["tools"] = request["tools"] ?? .null
    data["add_generation_prompt"] = request["add_generation_prompt"] ?? false
    var trusted = files.specialTokens
    for (name, value) in request["variables"]?.object?.pairs ?? JSONObject().pairs { trusted[name] = value }
    do {
      let template = try files.template(forTools: request["tools"]?.array != nil)
      return ["rendered": .string(try template.render(data: data, trusted: trusted, now: date).text)]
    } catch let error as TemplateError {
      return ["error": .string(error.description)]
    }
  }
}

extension CivilDate: ExpressibleByArgument {
  /// A date as `2024-07-26`.
  public init?(argument: String) { self.init(argument) }
}

/// Where a template comes from, and the special tokens beside it.
private struct TemplateFiles {
  private(set) var specialTokens = JSONObject()
  private var sources: [Bool: String] = [:]
  private var parsed: [Bool: ChatTemplate] = [:]
  private let path: String

  init(_ path: String) throws {
    self.path = path
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandError("\(path): no such file; give a .jinja file, a tokenizer_config.json or a model's folder.")
    }
    if isFolder.boolValue {
      let folder = path.hasSuffix("/") ? path : path + "/"
      try readConfiguration(folder + "tokenizer_config.json", isOptional: true)
      if FileManager.default.fileExists(atPath: folder + "chat_template.jinja") {
        let source = try TextInput.contents(of: folder + "chat_template.jinja")
        sources = [true: source, false: source]
      }
    } else if path.hasSuffix(".json") {
      try readConfiguration(path, isOptional: false)
    } else {
      let source = try TextInput.contents(of: path)
      sources = [true: source, false: source]
    }
    if sources.isEmpty { throw CommandError("\(path): holds no chat template; give a .jinja file.") }
  }

  private mutating func readConfiguration(_ path: String, isOptional: Bool) throws {
    if isOptional, !FileManager.default.fileExists(atPath: path) { return }
    let text = try TextInput.contents(of: path)
    let value: JSONValue
    do { value = try JSONValue(parsing: text, duplicateKeys: .keepLast) } catch {
      throw CommandError("\(path): \(error)")
    }
    let configuration = TokenizerConfiguration(value.object ?? JSONObject())
    specialTokens = configuration.specialTokens
    for hasTools in [false, true] { sources[hasTools] = configuration.template(forTools: hasTools) }
  }

  /// The template, parsed when it is first needed.
  mutating func template(forTools hasTools: Bool) throws -> ChatTemplate {
    if let template = parsed[hasTools] { return template }
    guard let source = sources[hasTools] else { throw CommandError("\(path): holds no template for such a request.") }
    let template = try ChatTemplate(source)
    parsed[hasTools] = template
    return template
  }
}
