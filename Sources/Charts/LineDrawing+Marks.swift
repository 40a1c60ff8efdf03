/// The marks of a line chart, from back to front.
extension LineDrawing {
  /// The whole drawing.
  /// - Parameter margin: the empty pixels around it.
  func markup(
    _ attributes: [(String, String)], margin: Int = 0, before: String = "", after: String = ""
  ) -> String {
    let view = [-margin, -margin, width + 2 * margin, height + 2 * margin].map(\.description).joined(separator: " ")
    let place = [x.start, y.end, x.end - x.start, y.start - y.end].map(NumberText.pixel).joined(separator: " ")
    let spread = [x.range.lowerBound, x.range.upperBound].map(\.description).joined(separator: " ")
    let values =
      [y.range.lowerBound, y.range.upperBound].map(\.description).joined(separator: " ")
      + (chart.yScale == .linear ? " linear" : " logarithmic")
    let all =
      attributes + [
        ("class", "chart"), ("viewBox", view), ("role", "img"),
        ("aria-label", Markup.escaped(chart.title)), ("data-plot", place), ("data-x", spread), ("data-y", values),
        ("data-x-label", Markup.escaped(chart.xLabel)),
      ]
    let head = "<svg" + all.map { " \($0.0)=\"\($0.1)\"" }.joined() + ">"
    let body =
      Markup.element("title", [:], Markup.escaped(chart.title))
      + Markup.element("desc", [:], Markup.escaped(description)) + before + heading
      + legend.markup(top: titleHeight) + frame + plot + footing
    return head + body + after + "</svg>"
  }

  /// The chart in words, for those who do not see it.
  private var description: String {
    let subject = [chart.yLabel, chart.xLabel].filter { !$0.isEmpty }.joined(separator: " by ")
    let contents = lines.map { line -> String in
      guard let newest = line.newest, let lowest = line.values.min(), let highest = line.values.max() else {
        return "\(line.series.name): no values"
      }
      return "\(line.series.name): from \(NumberText.value(lowest)) to \(NumberText.value(highest)), "
        + "newest \(NumberText.value(newest))"
    }
    let references = chart.references.map { "\($0.label): \(NumberText.value($0.y))" }
    return (["Line chart" + (subject.isEmpty ? "" : " of \(subject)")] + contents + references + notes)
      .map { $0.hasSuffix(".") ? $0 : $0 + "." }.joined(separator: " ")
  }

  private var heading: String {
    var marks = ""
    if !title.isEmpty { marks += text(title, 0, 15, "title ink") }
    if !latest.isEmpty { marks += text(latest, Double(width), 15, "latest ink end") }
    if !chart.yLabel.isEmpty {
      let label = Markup.fitted(chart.yLabel, size: 11, into: Double(width))
      marks += text(label, 0, y.end - 10, "small")
    }
    return marks
  }

  /// The axes, with hairlines that lead the eye from a number into the plot.
  private var frame: String {
    var marks = ""
    let isEmpty = lines.allSatisfy(\.isEmpty)
    for tick in isEmpty && chart.references.isEmpty ? [] : y.ticks {
      let at = y.position(tick.value)
      marks += rule("grid", x.start, at, x.end, at) + text(tick.label, x.start - 8, at + 4, "end")
    }
    marks += rule("axis", x.start, y.start, x.end, y.start)
    guard !isEmpty else {
      return marks + text(notes.isEmpty ? "No values yet" : "No values", middle.x, middle.y, "middle")
    }
    for tick in x.ticks {
      let at = x.position(tick.value)
      // A label at the edge leans inwards, so that the plot can be as wide as the drawing.
      let isAtEdge = at + Markup.width(tick.label, size: 12) / 2 > Double(width)
      marks +=
        rule("axis", at, y.start, at, y.start + 4)
        + text(tick.label, isAtEdge ? Double(width) : at, y.start + 18, isAtEdge ? "end" : "middle")
    }
    return marks
  }

  private var middle: (x: Double, y: Double) { ((x.start + x.end) / 2, (y.start + y.end) / 2) }

  /// Notes on the left, and in their first row the horizontal axis's label on the right.
  private var footing: String {
    let first = y.start + 21 + Self.noteHeight
    let label = xLabel.isEmpty ? "" : text(xLabel, Double(width), first, "small end")
    return label
      + noteRows.enumerated().map { text($1, 0, first + Self.noteHeight * Double($0), "small") }.joined()
  }

  /// The lines, in a drawing of their own, which cuts what lies outside the plot. It reaches a little further to the
  /// sides and below, so that a dot on an edge stays whole; at the top there is nothing to see above a cut.
  private var plot: String {
    let margin = 5.0
    let (left, top) = (x.start - margin, y.end)
    let (width, height) = (x.end - x.start + 2 * margin, y.start - y.end + margin)
    let box = [left, top, width, height].map(NumberText.pixel)
    let marks =
      chart.references.filter { chart.yScale.isDrawable($0.y) }.map { reference in
        let at = NumberText.pixel(y.position(reference.y))
        let path = "M\(NumberText.pixel(x.start)) \(at)H\(NumberText.pixel(x.end))"
        return Markup.element("path", ["class": "line reference", "d": path])
      } + lines.filter { !$0.isEmpty }.map(marks(of:))
    return Markup.element(
      "svg",
      ["x": box[0], "y": box[1], "width": box[2], "height": box[3], "viewBox": box.joined(separator: " ")],
      marks.joined())
  }

  private func marks(of line: PlottedLine) -> String {
    let path = line.runs.map { run in
      let places = run.map { "\(NumberText.pixel(x.position($0.x))) \(NumberText.pixel(y.position($0.y)))" }
      // A point alone is a line of no length, which its round ends make visible.
      return "M" + places.joined(separator: "L") + (run.count == 1 ? "h0" : "")
    }.joined()
    let dash = Palette.dash(line.place)
    let classes = line.series.style == .faint ? "line faint" : "line"
    var marks =
      dash == "none"
      ? Markup.element("path", ["class": classes, "d": path])
      : Markup.element("path", ["class": classes, "stroke-dasharray": dash, "d": path])
    if line.showsDots(on: x.end - x.start) {
      marks += line.runs.flatMap { $0 }.map { Self.dot(x.position($0.x), y.position($0.y)) }.joined()
    }
    // What the pointer can ask for. The points as they are, not as they were thinned to the extremes.
    let samples = Thinning.samples(line.points.filter { chart.yScale.isDrawable($0.y) }, limit: max(2, width / 2))
    let at = samples.map { NumberText.plain($0.x) }.joined(separator: " ")
    let values = samples.map { NumberText.plain($0.y) }.joined(separator: " ")
    return Markup.element(
      "g",
      [
        "class": Palette.hueClass(line.place), "data-name": Markup.escaped(line.series.name), "data-at": at,
        "data-values": values,
      ], marks)
  }

  static func dot(_ x: Double, _ y: Double) -> String {
    Markup.element("circle", ["class": "dot", "cx": NumberText.pixel(x), "cy": NumberText.pixel(y), "r": "3.5"])
  }

  private func rule(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    let ends = [x1, y1, x2, y2].map(NumberText.pixel)
    return Markup.element(
      "line", ["class": "rule \(kind)", "x1": ends[0], "y1": ends[1], "x2": ends[2], "y2": ends[3]])
  }

  private func text(_ content: String, _ x: Double, _ y: Double, _ classes: String) -> String {
    Markup.element(
      "text", ["class": classes, "x": NumberText.pixel(x), "y": NumberText.pixel(y)], Markup.escaped(content))
  }
}
