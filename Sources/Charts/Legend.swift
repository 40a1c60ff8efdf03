/// The names of lines, in rows above the plot, where they can cover nothing.
struct Legend {
  /// A line's name, its newest value and a sample of how it is drawn.
  struct Entry {
    let name: String
    let value: String
    let hueClass: String
    let swatch: Swatch
  }

  /// How a line looks.
  enum Swatch {
    case line(dash: String), markers, faint, reference, bar, whisker
  }

  /// From row to row.
  static let rowHeight = 19.0
  private static let size = 12.0
  private static let swatchWidth = 20.0
  private static let gap = 6.0

  private let rows: [[(entry: Entry, x: Double)]]

  /// The height of all rows.
  var height: Double { Double(rows.count) * Self.rowHeight }

  /// Fills rows from left to right, as words fill a page.
  init(_ entries: [Entry], left: Double, width: Double) {
    var rows: [[(entry: Entry, x: Double)]] = []
    var x = 0.0
    for entry in entries {
      let valueWidth = entry.value.isEmpty ? 0 : Self.gap + Markup.width(entry.value, size: Self.size)
      let name = Markup.fitted(
        entry.name, size: Self.size, into: max(20, width - Self.swatchWidth - Self.gap - valueWidth))
      let entryWidth = Self.swatchWidth + Self.gap + Markup.width(name, size: Self.size) + valueWidth
      if rows.isEmpty || x + entryWidth > width {
        rows.append([])
        x = 0
      }
      let fitted = Entry(name: name, value: entry.value, hueClass: entry.hueClass, swatch: entry.swatch)
      rows[rows.count - 1].append((fitted, left + x))
      x += entryWidth + 20
    }
    self.rows = rows
  }

  /// The rows, the first one's middle at `top` plus half a row.
  func markup(top: Double) -> String {
    rows.enumerated().map { row, entries in
      let y = top + (Double(row) + 0.5) * Self.rowHeight
      return entries.map { entry, x in
        // Name and value are one text, so that a reader's font sets the distance between them.
        let value =
          entry.value.isEmpty
          ? ""
          : Markup.element("tspan", ["class": "ink", "dx": NumberText.pixel(Self.gap)], Markup.escaped(entry.value))
        return sample(entry, x, y)
          + Markup.element(
            "text", ["x": NumberText.pixel(x + Self.swatchWidth + Self.gap), "y": NumberText.pixel(y + 4)],
            Markup.escaped(entry.name) + value)
      }.joined()
    }.joined()
  }

  private func sample(_ entry: Entry, _ x: Double, _ y: Double) -> String {
    func line(_ classes: String, _ dash: String? = nil) -> String {
      let path = "M\(NumberText.pixel(x + 1)) \(NumberText.pixel(y))h\(NumberText.pixel(Self.swatchWidth - 2))"
      guard let dash, dash != "none" else { return Markup.element("path", ["class": classes, "d": path]) }
      return Markup.element("path", ["class": classes, "stroke-dasharray": dash, "d": path])
    }
    let marks =
      switch entry.swatch {
      case .line(let dash): line("line", dash)
      case .faint: line("line band")
      case .reference: line("line \(entry.hueClass)")
      case .bar: Drawing.rectangle("bar \(entry.hueClass)", x + 3, y - 5, x + Self.swatchWidth - 3, y + 5, radius: 1.5)
      case .whisker: WaterfallDrawing.whisker(x + 2, x + Self.swatchWidth - 2, y, cap: 3.5)
      case .markers: line("line") + LineDrawing.dot(x + Self.swatchWidth / 2, y)
      }
    return Markup.element("g", ["class": entry.hueClass], marks)
  }
}
