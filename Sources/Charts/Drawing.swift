/// A finished drawing: its size, what it shows in words, and its marks.
///
/// A page holds it as it is; a file of its own also needs the colours, a background and room at the edges.
struct Drawing {
  /// The name, which a screen reader says and a pointer shows.
  let title: String
  /// The contents in words, for those who do not see them.
  let description: String
  let width, height: Int
  /// What a script wants to know, already escaped.
  var data: [(String, String)] = []
  /// The marks, from back to front.
  let content: String

  /// The empty pixels around a drawing in a file. A page keeps its own distance from the edge.
  static let margin = 16

  /// The drawing as a part of a page.
  var part: String { markup([], margin: 0) }

  /// The drawing as a file.
  func file(script: String = "") -> String {
    let margin = Self.margin
    return markup(
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("width", "\(width + 2 * margin)"),
        ("height", "\(height + 2 * margin)"),
      ],
      margin: margin,
      before: Markup.element("style", [:], Stylesheet.chart)
        + Markup.element(
          "rect", ["class": "plate", "x": "-\(margin)", "y": "-\(margin)", "width": "100%", "height": "100%"]),
      after: script.isEmpty ? "" : Markup.element("script", [:], "<![CDATA[\(script)]]>")) + "\n"
  }

  private func markup(
    _ attributes: [(String, String)], margin: Int, before: String = "", after: String = ""
  ) -> String {
    let view = [-margin, -margin, width + 2 * margin, height + 2 * margin].map(\.description).joined(separator: " ")
    let all =
      attributes + [
        ("class", "chart"), ("viewBox", view), ("role", "img"), ("aria-label", Markup.escaped(title)),
      ] + data
    return "<svg" + all.map { " \($0.0)=\"\($0.1)\"" }.joined() + ">"
      + Markup.element("title", [:], Markup.escaped(title))
      + Markup.element("desc", [:], Markup.escaped(description)) + before + content + after + "</svg>"
  }
}

extension Drawing {
  /// A line of one pixel.
  static func rule(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    let ends = [x1, y1, x2, y2].map(NumberText.pixel)
    return Markup.element(
      "line", ["class": "rule \(kind)", "x1": ends[0], "y1": ends[1], "x2": ends[2], "y2": ends[3]])
  }

  /// Text that stays text.
  static func text(_ content: String, _ x: Double, _ y: Double, _ classes: String) -> String {
    Markup.element(
      "text", ["class": classes, "x": NumberText.pixel(x), "y": NumberText.pixel(y)], Markup.escaped(content))
  }

  /// A rectangle from corner to corner.
  static func rectangle(
    _ classes: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, radius: Double = 0
  ) -> String {
    let sizes = [min(x1, x2), min(y1, y2), (x2 - x1).magnitude, (y2 - y1).magnitude, radius].map(NumberText.pixel)
    return Markup.element(
      "rect",
      ["class": classes, "x": sizes[0], "y": sizes[1], "width": sizes[2], "height": sizes[3], "rx": sizes[4]])
  }

  /// A line through places, straight from one to the next.
  static func path(_ classes: String, _ places: [(x: Double, y: Double)]) -> String {
    let path = places.map { "\(NumberText.pixel($0.x)) \(NumberText.pixel($0.y))" }.joined(separator: "L")
    return Markup.element("path", ["class": classes, "d": "M" + path])
  }
}
