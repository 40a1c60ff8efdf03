import ArgumentParser
import JSONParsing
import Swiftlet

/// `swiftlet tokenize`: text to token ids.
struct Tokenize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the token ids of a text as a JSON array.",
    discussion: """
      Special tokens such as <|endoftext|> are mere text and none is added, unless --special. Without TEXT, or with -, \
      the text is read from standard input.

      Examples:
        swiftlet tokenize --model gpt2 "Hello world"          [15496,995]
        echo '{"text": "Hello"}' | swiftlet tokenize --tokenizer tokenizer.json --jsonl
      """)

  @Option(
    name: [.long, .short],
    help: ArgumentHelp("The model whose tokenizer to use: a folder, a .gguf or a built-in model.", valueName: "path"))
  var model: String?

  @OptionGroup var tokenizerOption: TokenizerOption

  @Flag(help: #"Read {"text": …} lines on standard input, write {"ids": […], "decoded": …} lines."#)
  var jsonl = false

  @Flag(help: "Add the special tokens that the tokenizer adds to a whole text, and read those that the text holds.")
  var special = false

  @Argument(help: "The text; - reads standard input.")
  var text: String?

  func validate() throws {
    if model == nil, tokenizerOption.tokenizer == nil { throw ValidationError("give --model or --tokenizer.") }
    if jsonl, text != nil { throw ValidationError("--jsonl reads standard input; leave TEXT out.") }
  }

  func run() async throws {
    let tokenizer = try tokenizerOption.load(forModel: model ?? "")
    if jsonl {
      try TextInput.forEachLine { line, number in Terminal.write(try converted(line, number, tokenizer) + "\n") }
    } else {
      let text = try self.text.flatMap { $0 == "-" ? nil : $0 } ?? TextInput.contents(of: "-")
      let ids = encode(text, tokenizer).map(JSONValue.integer)
      Terminal.write(JSONValue.array(ids).serialized(pretty: false) + "\n")
    }
  }

  private func encode(_ text: String, _ tokenizer: Tokenizer) -> [Int] {
    tokenizer.encode(text, addsSpecialTokens: special, parsesSpecialTokens: special)
  }

  private func converted(_ line: String, _ number: Int, _ tokenizer: Tokenizer) throws -> String {
    let value: JSONValue
    do { value = try JSONValue(parsing: Array(line.utf8)) } catch {
      throw CommandError("standard input, line \(number): \(error)")
    }
    guard let text = value.object?["text"]?.string else {
      throw CommandError(#"standard input, line \#(number): no "text"; give lines like {"text": "Hello"}."#)
    }
    let ids = encode(text, tokenizer)
    let answer: [(String, JSONValue)] = [
      ("ids", .array(ids.map(JSONValue.integer))), ("decoded", .string(try tokenizer.decode(ids))),
    ]
    return JSONValue.object(JSONObject(answer)).serialized(pretty: false)
  }
}
