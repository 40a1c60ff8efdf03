import Foundation

/// A line of standard error that replaces itself while something is done; nothing where no person looks.
final class ProgressLine {
  private var shownAt = Date.distantPast

  /// Shows a text in place of the last one, at most ten times a second.
  func show(_ text: @autoclosure () -> String) {
    guard Terminal.showsProgress, Date().timeIntervalSince(shownAt) > 0.1 else { return }
    showNow(text())
  }

  /// Shows a text that must not be missed.
  func showNow(_ text: String) {
    guard Terminal.showsProgress else { return }
    shownAt = Date()
    replace(with: String(text.prefix(Terminal.width - 1)))
  }

  /// Writes a line that stays, above the one that is replaced.
  func interject(_ text: String) { if Terminal.showsProgress { replace(with: text + "\n") } }

  /// Takes the line away.
  func end() { if Terminal.showsProgress { replace(with: "") } }

  private func replace(with text: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }
}
