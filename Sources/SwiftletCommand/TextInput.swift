import Foundation

/// Text that a command reads.
enum TextInput {
  /// All of a file, or of standard input where the path is `-`.
  static func contents(of path: String) throws -> String {
    let data: Data
    if path == "-" {
      data = try FileHandle.standardInput.readToEnd() ?? Data()
    } else {
      guard let read = FileManager.default.contents(atPath: path) else {
        throw CommandError("\(path): cannot be read; give a text file, or - for standard input.")
      }
      data = read
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CommandError("\(path == "-" ? "standard input" : path): not UTF-8 text; convert it first.")
    }
    return text
  }

  /// The same without the line break that editors and `echo` leave at the end, which no prompt means.
  static func prompt(of path: String) throws -> String {
    var text = try contents(of: path)
    if text.last?.isNewline == true { text.removeLast() }
    return text
  }

  /// Calls `body` with each line of standard input and its number, as it comes. Empty lines are skipped.
  static func forEachLine(_ body: (String, Int) throws -> Void) throws {
    var number = 0
    while let line = readLine(strippingNewline: true) {
      number += 1
      if !line.isEmpty { try body(line, number) }
    }
  }
}

/// Something that a command cannot do, told as a sentence.
struct CommandError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
