/// The marks of a ladder, from back to front.
extension WaterfallDrawing {
  /// The whole drawing.
  var drawing: Drawing {
    Drawing(
      title: chart.title, description: description, width: width, height: height,
      content: (title.isEmpty ? "" : Drawing.text(title, 0, 15, "title ink"))
        + legend.markup(top: title.isEmpty ? 6 : 26) + frame
        + references.enumerated().map(line).joined() + connectors
        + rows.enumerated().map { marks(of: $1, at: top + rowHeight * Double($0)) }.joined() + footing)
  }

  /// The chart in words, for those who do not see it.
  private var description: String {
    let contents = rows.map { row in
      let name = [row.label, row.detail].filter { !$0.isEmpty }.joined(separator: ", ")
      let note = row.note.isEmpty ? "" : " (\(row.note))"
      return "\(name): \(row.value)\(note)" + (row.kind.map { ", \($0.words)" } ?? "")
    }
    let references = references.map { "\($0.label): \(NumberText.value($0.value))" }
    let subject = chart.axisLabel.isEmpty ? "Ladder" : "Ladder in \(chart.axisLabel), \(direction)"
    return ([subject] + contents + references + notes).map { $0.hasSuffix(".") ? $0 : $0 + "." }
      .joined(separator: " ")
  }

  private var direction: String { chart.lowerIsBetter ? "lower is better" : "higher is better" }

  private var frame: String {
    var marks = ""
    for tick in axis.ticks {
      let at = axis.position(tick.value)
      let half = Markup.width(tick.label, size: 12) / 2
      let place = max(half, min(Double(width) - half, at))
      marks += stretches.map { Drawing.rule("grid", at, $0, at, $1) }.joined()
      marks += Drawing.text(tick.label, place, bottom + 16, "middle")
    }
    return marks + Drawing.rule("axis", axis.start, bottom, axis.end, bottom)
  }

  private func line(_ place: Int, _ reference: WaterfallChart.Level) -> String {
    let at = axis.position(reference.value)
    return stretches.map { Drawing.path("line \(Palette.referenceClass(place))", [(at, $0), (at, $1)]) }.joined()
  }

  /// From where to where a line down the drawing can be seen: all of it, or where a narrow drawing has no words.
  private var stretches: [(Double, Double)] {
    guard isNarrow else { return [(top, bottom)] }
    return rows.indices.map { i in
      let bar = bar(top + rowHeight * Double(i))
      return (bar.top - 2, bar.bottom + 5)
    }
  }

  /// Hairlines that carry the level from one bar to the next.
  private var connectors: String {
    rows.indices.dropLast().map { i in
      let at = axis.position(rows[i].after)
      let (from, to) = (bar(top + rowHeight * Double(i)), bar(top + rowHeight * Double(i + 1)))
      return Drawing.rule("axis", at, from.bottom, at, to.top)
    }.joined()
  }

  /// Where the bar of a row is, given where the row starts.
  private func bar(_ rowTop: Double) -> (top: Double, bottom: Double, middle: Double) {
    let half = isNarrow ? 6.0 : 8.0
    let middle = isNarrow ? rowTop + rowHeight - 14 : rowTop + rowHeight / 2
    return (middle - half, middle + half, middle)
  }

  private func marks(of row: Row, at rowTop: Double) -> String {
    let (barTop, barBottom, middle) = bar(rowTop)
    var marks = words(of: row, at: rowTop)
    let (from, to) = (axis.position(row.before), axis.position(row.after))
    guard let kind = row.kind else {
      // The start and the end are places and no changes: a post. A bar from the edge would seem to start at zero.
      guard row.value != "–" else { return marks }
      return marks + Drawing.rectangle("post", from - 2, barTop - 2, from + 2, barBottom + 2, radius: 1)
    }
    // What is too small to see gets three pixels around its place.
    let missing = max(0, 3 - (to - from).magnitude) / 2
    let (left, right) = (min(from, to) - missing, max(from, to) + missing)
    marks += Drawing.rectangle("bar \(kind.hueClass)", left, barTop, right, barBottom, radius: 1.5)
    if let low = row.low, let high = row.high {
      marks += Self.whisker(
        axis.position(low), axis.position(high), middle, cap: isNarrow ? 3 : 4, isCased: kind != .withinNoise)
    }
    return marks
  }

  /// A line with caps. A casing of the background's colour keeps it visible on a filled bar.
  static func whisker(
    _ left: Double, _ right: Double, _ y: Double, cap: Double, isCased: Bool = false
  ) -> String {
    let p = NumberText.pixel
    let caps = [left, right].map { "M\(p($0)) \(p(y - cap))V\(p(y + cap))" }
    let path = "M\(p(left)) \(p(y))H\(p(right))" + caps.joined()
    let line = Markup.element("path", ["class": "whisker", "d": path])
    return (isCased ? Markup.element("path", ["class": "casing", "d": path]) : "") + line
  }

  private func words(of row: Row, at rowTop: Double) -> String {
    let isEnd = row.kind == nil && row.value != "–"
    let label = Markup.fitted(row.label, size: 13 * Self.boldness, into: labelWidth)
    let detail = Markup.fitted(row.detail, size: 11, into: labelWidth)
    let hue = row.kind.map { $0.hueClass + "-text" } ?? "ink"
    let right = Double(width)
    // Both lines of a row stand around the bar's middle; above it on a narrow drawing.
    let center = isNarrow ? rowTop + (rowHeight - 26) / 2 + 4 : rowTop + rowHeight / 2
    let place = { (other: String) in other.isEmpty ? center + 4.5 : center - 2.5 }
    var marks = Drawing.text(label, 0, place(detail), isEnd ? "row ink strong halo" : "row ink halo")
    if !detail.isEmpty { marks += Drawing.text(detail, 0, center + 11.5, "small halo") }
    marks += Drawing.text(row.value, right, place(row.note), "row strong end halo \(hue)")
    if !row.note.isEmpty { marks += Drawing.text(row.note, right, center + 11.5, "small end halo") }
    return marks
  }

  /// What the axis counts and which way is up, and then what is not drawn.
  private var footing: String {
    let first = bottom + 36
    let arrow = chart.lowerIsBetter ? "← \(direction)" : "\(direction) →"
    let label = Markup.fitted(
      chart.axisLabel, size: 11, into: axis.end - axis.start - Markup.width(arrow, size: 11) - 12)
    let isLabelFirst = !chart.lowerIsBetter
    return Drawing.text(isLabelFirst ? label : arrow, axis.start, first, "small")
      + Drawing.text(isLabelFirst ? arrow : label, axis.end, first, "small end")
      + notes.enumerated().map {
        let note = Markup.fitted($1, size: 11, into: Double(width))
        return Drawing.text(note, 0, first + 15 * Double($0 + 1), "small")
      }.joined()
  }
}
