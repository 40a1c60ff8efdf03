/// Numbers and words in rows, on a page.
///
///     var table = PageTable([.init("model"), .init("bits per byte", .trailing)])
///     table.rows = [["GPT", "1.182"], [.init("LLaMA", .strong), .init("1.104", .better)]]
///
/// The first cell of a row names it. On a narrow screen the table scrolls sideways in its own box. Rows may be of any
/// length; what is missing is left empty.
public struct PageTable: Sendable {
  /// Where text stands in its cell.
  public enum Alignment: String, Sendable, Hashable {
    /// At the left, for words.
    case leading
    /// At the left and over several lines, for sentences.
    case prose
    /// In the middle, for marks of one character.
    case center
    /// At the right, for numbers, whose digits then stand below each other.
    case trailing
  }

  /// What one column holds.
  public struct Column: Sendable, Hashable {
    /// The name above it.
    public var title: String
    /// Where its cells' text stands.
    public var alignment: Alignment

    /// A column.
    public init(_ title: String, _ alignment: Alignment = .leading) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// One place in the table.
  public struct Cell: Sendable, Hashable, ExpressibleByStringLiteral {
    /// What a cell wants to say beside its text. Colour never says it alone: write a sign as well.
    public enum Style: String, Sendable, Hashable {
      /// Nothing.
      case plain
      /// An improvement.
      case better
      /// A loss.
      case worse
      /// A difference that could as well be none.
      case noise
      /// The one to look at.
      case strong
    }

    /// What stands in it.
    public var text: String
    /// What that means.
    public var style: Style

    /// A cell with this text.
    public init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }

    /// A cell with this text and nothing beside it.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// The columns, from left to right.
  public var columns: [Column]
  /// The rows, from top to bottom.
  public var rows: [[Cell]]
  /// A line above the table; may be empty.
  public var caption: String

  /// A table with these columns.
  public init(_ columns: [Column], rows: [[Cell]] = [], caption: String = "") {
    self.columns = columns
    self.rows = rows
    self.caption = caption
  }

  /// The table in its box. The box can be focused, so that a keyboard can scroll it.
  func html() -> String {
    let count = rows.reduce(columns.count) { max($0, $1.count) }
    let alignments = (0..<count).map { columns.indices.contains($0) ? columns[$0].alignment : .leading }
    let head = (0..<count).map { i in
      let title = columns.indices.contains(i) ? Markup.escaped(columns[i].title) : ""
      return Markup.element("th", ["class": alignments[i].rawValue, "scope": "col"], title)
    }
    let body = rows.map { row in
      let cells = (0..<count).map { i in
        let cell = row.indices.contains(i) ? row[i] : Cell("")
        let style = cell.style == .plain ? "" : " \(cell.style.rawValue)"
        let text = Markup.escaped(cell.text)
        return i == 0
          ? Markup.element("th", ["class": alignments[i].rawValue + style, "scope": "row"], text)
          : Markup.element("td", ["class": alignments[i].rawValue + style], text)
      }
      return Markup.element("tr", [:], cells.joined())
    }
    let table = Markup.element(
      "table", [:],
      (caption.isEmpty ? "" : Markup.element("caption", [:], Markup.escaped(caption)) + "\n")
        + Markup.element("thead", [:], Markup.element("tr", [:], head.joined())) + "\n"
        + Markup.element("tbody", [:], body.joined(separator: "\n")))
    let name = Markup.escaped(caption.isEmpty ? "Table" : caption)
    return Markup.element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": name], table)
  }
}
