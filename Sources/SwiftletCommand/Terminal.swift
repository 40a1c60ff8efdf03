import Foundation
import Swiftlet

/// Standard output and standard error, and whether a person reads them.
enum Terminal {
  /// Whether standard error is a terminal, where progress may be shown.
  static let showsProgress = isatty(STDERR_FILENO) == 1
  /// Whether standard output is a terminal.
  static let showsOutput = isatty(STDOUT_FILENO) == 1
  /// Whether standard input is a terminal, where a person may be asked.
  static let readsKeyboard = isatty(STDIN_FILENO) == 1

  /// How many characters a line of standard error holds.
  static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes results at once, so that streamed text appears as it comes.
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Writes a message for the person.
  static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Text in a dim colour, on a terminal that has colours and a user who wants them.
  static func dim(_ text: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    let hasColours = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    return showsProgress && hasColours ? "\u{1B}[2m\(text)\u{1B}[0m" : text
  }

  /// A whole number with its thousands set apart: 1,234,567.
  static func grouped(_ number: Int) -> String {
    (number < 0 ? "-" : "") + NumberText.groups(number.magnitude)
  }

  /// A number with so many decimals.
  static func rounded(_ number: Double, _ decimals: Int = 1) -> String {
    String(format: "%.\(decimals)f", number)
  }
}
