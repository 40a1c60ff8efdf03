/// A part of a page, with or without a heading.
///
///     PageSection("Steps", contents: [.paragraph("Three seeds per step."), .waterfall(ladder), .table(numbers)])
public struct PageSection: Sendable {
  /// What a section can hold.
  public enum Content: Sendable {
    /// Plain text.
    case paragraph(String)
    /// A chart to look at, over the page's full width.
    case chart(LineChart)
    /// Charts to glance at, small and side by side.
    case smallCharts([LineChart])
    /// A ladder, over the page's full width.
    case waterfall(WaterfallChart)
    /// A table.
    case table(PageTable)
    /// Decoders, side by side.
    case diagrams([DecoderDiagram])
    /// Texts, side by side.
    case texts([PageText])
    /// What models look at, to explore.
    case attention(AttentionViewer)
  }

  /// What it is about; may be empty. A link can name it: `#each-step` for "Each step".
  public var heading: String
  /// What is in it, from top to bottom.
  public var contents: [Content]

  /// A section with these contents.
  public init(_ heading: String = "", contents: [Content]) {
    self.heading = heading
    self.contents = contents
  }

  /// The section; its heading gets this id.
  func html(id: String) -> String {
    let parts = contents.map(\.html).filter { !$0.isEmpty }
    guard !heading.isEmpty else { return Markup.element("section", [:], parts.joined(separator: "\n")) }
    let head = Markup.element("h2", ["id": id], Markup.escaped(heading))
    return Markup.element("section", ["aria-labelledby": id], ([head] + parts).joined(separator: "\n"))
  }

  /// The heading as a link can name it: its letters and digits, with one hyphen for all between them.
  var slug: String {
    let words = heading.lowercased().split { !($0.isLetter || $0.isNumber) }
    return words.isEmpty ? "section" : words.joined(separator: "-")
  }
}

extension PageSection.Content {
  var html: String {
    switch self {
    case .paragraph(let text): Markup.element("p", [:], Markup.escaped(text))
    case .chart(let chart):
      // Drawn twice: a narrow screen shows the narrow one, whose letters are as large.
      Self.figure("wide", Self.drawing(chart, 1000, 440)) + Self.figure("narrow", Self.drawing(chart, 370, 350))
    case .smallCharts(let charts):
      Self.grid("details", charts.map { Self.figure("", Self.drawing($0, 345, 220)) })
    case .waterfall(let chart):
      Self.figure("wide", WaterfallDrawing(chart, width: 1000).drawing)
        + Self.figure("narrow", WaterfallDrawing(chart, width: 370).drawing)
    case .table(let table): table.html()
    case .diagrams(let diagrams):
      Self.grid("diagrams", diagrams.map { Self.figure("", DecoderDrawing($0).drawing) })
    case .texts(let texts): Self.grid("texts", texts.map { $0.html() })
    case .attention(let viewer): viewer.html()
    }
  }

  private static func grid(_ name: String, _ figures: [String]) -> String {
    figures.isEmpty ? "" : Markup.element("div", ["class": name], figures.joined(separator: "\n"))
  }

  private static func figure(_ name: String, _ drawing: Drawing) -> String {
    Markup.element("figure", ["class": name], drawing.part)
  }

  /// A chart of this size, or a taller one where many names would leave the lines too little of it.
  private static func drawing(_ chart: LineChart, _ width: Int, _ height: Int) -> Drawing {
    let drawing = LineDrawing(chart, width: width, height: height)
    let surplus = Int(drawing.legend.height) - height * 22 / 100
    return surplus > 0 ? LineDrawing(chart, width: width, height: height + surplus).drawing : drawing.drawing
  }
}
