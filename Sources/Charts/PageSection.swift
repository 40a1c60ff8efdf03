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
      Self.figure("wide", LineDrawing(chart, width: 1000, height: 440).drawing)
        + Self.figure("narrow", LineDrawing(chart, width: 370, height: 350).drawing)
    case .smallCharts(let charts):
      Self.grid("details", charts.map { Self.figure("", LineDrawing($0, width: 345, height: 220).drawing) })
    case .waterfall(let chart):
      Self.figure("wide", WaterfallDrawing(chart, width: 1000).drawing)
        + Self.figure("narrow", WaterfallDrawing(chart, width: 370).drawing)
    case .table(let table): table.html()
    case .diagrams(let diagrams): Self.grid("diagrams", Self.figures(of: diagrams))
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

  /// All as tall as the tallest, so that their titles and their first boxes are at the same heights.
  private static func figures(of diagrams: [DecoderDiagram]) -> [String] {
    let drawings = diagrams.map(DecoderDrawing.init)
    let height = drawings.map(\.height).max() ?? 0
    return drawings.map { figure("", $0.drawing(height: height)) }
  }
}
