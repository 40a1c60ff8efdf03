/// A text with its own line breaks, on a page: what a model wrote, or a file's content.
///
/// Several of them stand side by side.
public struct PageText: Sendable, Hashable {
  /// Where it comes from.
  public var title: String
  /// What it says. Its line breaks and spaces are kept.
  public var text: String
  /// Whether every character is equally wide, as in code.
  public var isMonospaced: Bool

  /// A text.
  public init(_ title: String, _ text: String, isMonospaced: Bool = false) {
    self.title = title
    self.text = text
    self.isMonospaced = isMonospaced
  }

  func html() -> String {
    let lines = text.split(separator: /\r\n|\r|\n/, omittingEmptySubsequences: false).map { Markup.escaped(String($0)) }
    return Markup.element(
      "figure", ["class": "text"],
      (title.isEmpty ? "" : Markup.element("figcaption", [:], Markup.escaped(title)))
        + Markup.element(
          "div", ["class": isMonospaced ? "lines code" : "lines"], lines.joined(separator: "\n")))
  }
}
