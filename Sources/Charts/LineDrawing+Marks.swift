/// The marks of a line chart, from back to front.
extension LineDrawing {
  /// The whole drawing.
  var drawing: Drawing {
    let place = [x.start, y.end, x.end - x.start, y.start - y.end].map(NumberText.pixel).joined(separator: " ")
    let spread = { (axis: Axis) in
      "\(axis.range.lowerBound) \(axis.range.upperBound) \(axis.scale == .linear ? "linear" : "logarithmic")"
    }
    return Drawing(
      title: chart.title, description: description, width: width, height: height,
      data: [
        ("data-plot", place), ("data-x", spread(x)), ("data-y", spread(y)),
        ("data-x-label", Markup.escaped(chart.xLabel)),
      ],
      content: heading + legend.markup(top: titleHeight) + frame + plot + footing)
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
    if !title.isEmpty { marks += Drawing.text(title, 0, 15, "title ink") }
    if !latest.isEmpty { marks += Drawing.text(latest, Double(width), 15, "latest ink end") }
    if !chart.yLabel.isEmpty {
      let label = Markup.fitted(chart.yLabel, size: 11, into: Double(width))
      marks += Drawing.text(label, 0, y.end - 10, "small")
    }
    return marks
  }

  /// The axes, with hairlines that lead the eye from a number into the plot.
  private var frame: String {
    var marks = ""
    let isEmpty = lines.allSatisfy(\.isEmpty)
    for tick in isEmpty && chart.references.isEmpty ? [] : y.ticks {
      let at = y.position(tick.value)
      marks += Drawing.rule("grid", x.start, at, x.end, at) + Drawing.text(tick.label, x.start - 8, at + 4, "end")
    }
    marks += Drawing.rule("axis", x.start, y.start, x.end, y.start)
    guard !isEmpty else {
      return marks + Drawing.text(notes.isEmpty ? "No values yet" : "No values", middle.x, middle.y, "middle")
    }
    for tick in x.ticks {
      let at = x.position(tick.value)
      // A label at the edge leans inwards, so that the plot can be as wide as the drawing.
      let isAtEdge = at + Markup.width(tick.label, size: 12) / 2 > Double(width)
      marks +=
        Drawing.rule("axis", at, y.start, at, y.start + 4)
        + Drawing.text(tick.label, isAtEdge ? Double(width) : at, y.start + 18, isAtEdge ? "end" : "middle")
    }
    return marks
  }

  private var middle: (x: Double, y: Double) { ((x.start + x.end) / 2, (y.start + y.end) / 2) }

  /// Notes on the left, and in their first row the horizontal axis's label on the right.
  private var footing: String {
    let first = y.start + 21 + Self.noteHeight
    let label = xLabel.isEmpty ? "" : Drawing.text(xLabel, Double(width), first, "small end")
    return label
      + noteRows.enumerated().map { Drawing.text($1, 0, first + Self.noteHeight * Double($0), "small") }.joined()
  }

  /// The lines, in a drawing of their own, which cuts what lies outside the plot. It reaches a little further to the
  /// sides and below, so that a dot on an edge stays whole; at the top there is nothing to see above a cut.
  private var plot: String {
    let margin = 5.0
    let (left, top) = (x.start - margin, y.end)
    let (width, height) = (x.end - x.start + 2 * margin, y.start - y.end + margin)
    let box = [left, top, width, height].map(NumberText.pixel)
    let marks =
      chart.references.filter { chart.yScale.isDrawable($0.y) }.enumerated().map { place, reference in
        let at = NumberText.pixel(y.position(reference.y))
        let path = "M\(NumberText.pixel(x.start)) \(at)H\(NumberText.pixel(x.end))"
        return Markup.element("path", ["class": "line \(Palette.referenceClass(place))", "d": path])
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
      area(line.band)
      + (dash == "none"
        ? Markup.element("path", ["class": classes, "d": path])
        : Markup.element("path", ["class": classes, "stroke-dasharray": dash, "d": path]))
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
        "data-values": values, "data-ranges": ranges(of: line, at: samples.map(\.x)),
      ], marks)
  }

  /// Forth along the highest bounds and back along the lowest.
  private func area(_ band: [[(x: Double, low: Double, high: Double)]]) -> String {
    guard !band.isEmpty else { return "" }
    let path = band.map { run in
      let places =
        run.map { "\(NumberText.pixel(x.position($0.x))) \(NumberText.pixel(y.position($0.high)))" }
        + run.reversed().map { "\(NumberText.pixel(x.position($0.x))) \(NumberText.pixel(y.position($0.low)))" }
      return "M" + places.joined(separator: "L") + "Z"
    }.joined()
    return Markup.element("path", ["class": "area", "d": path])
  }

  /// The band where the pointer can ask for it: `low:high` per place, or nothing where it was not measured.
  private func ranges(of line: PlottedLine, at places: [Double]) -> String {
    guard !line.band.isEmpty else { return "" }
    let bounds = Dictionary(line.series.band.map { ($0.x, $0) }, uniquingKeysWith: { $1 })
    return places.map { place in
      guard let found = bounds[place], chart.yScale.isDrawable(found.low), chart.yScale.isDrawable(found.high)
      else { return "" }
      return NumberText.plain(min(found.low, found.high)) + ":" + NumberText.plain(max(found.low, found.high))
    }.joined(separator: " ")
  }

  static func dot(_ x: Double, _ y: Double) -> String {
    Markup.element("circle", ["class": "dot", "cx": NumberText.pixel(x), "cy": NumberText.pixel(y), "r": "3.5"])
  }
}
