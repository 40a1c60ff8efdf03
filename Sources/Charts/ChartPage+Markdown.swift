/// The same report as text: what can be said without drawing.
extension ChartPage {
  /// The page in Markdown (CommonMark with tables). A ladder becomes a table; of a chart its title stays, and where it is.
  /// - Parameter page: What the page with the drawings is called.
  public func markdown(page: String) -> String {
    var blocks = ["# " + Self.inline(title)]
    if !subtitle.isEmpty { blocks.append(Self.inline(subtitle)) }
    if !facts.isEmpty {
      blocks.append(facts.map { "- \(Self.inline($0)): \(Self.inline($1))" }.joined(separator: "\n"))
    }
    for section in sections {
      if !section.heading.isEmpty { blocks.append("## " + Self.inline(section.heading)) }
      blocks += section.contents.flatMap { Self.blocks($0, page: page) }
    }
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private static func blocks(_ content: PageSection.Content, page: String) -> [String] {
    switch content {
    case .paragraph(let text): return [inline(text)]
    case .chart(let chart): return ["*\(inline(chart.title)): drawn in \(inline(page)).*"]
    case .smallCharts(let charts): return charts.map { "*\(inline($0.title)): drawn in \(inline(page)).*" }
    case .waterfall(let chart): return [table(chart)]
    case .table(let table): return [table.caption.isEmpty ? "" : inline(table.caption), Self.table(table)]
    case .diagrams(let diagrams):
      return ["*\(diagrams.count) drawings of what each is made of, in \(inline(page)).*"]
    case .texts(let texts):
      return texts.flatMap { text -> [String] in
        let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false).map { "> " + inline(String($0)) }
        return ["**\(inline(text.title))**", lines.joined(separator: "\n")]
      }
    case .attention(let viewer):
      return ["*What \(viewer.models.count) models look at while they read: to explore in \(inline(page)).*"]
    }
  }

  private static func table(_ chart: WaterfallChart) -> String {
    var table = PageTable([
      .init("step"), .init("what changes"), .init("change, \(chart.axisLabel)", .trailing),
      .init("95% interval", .trailing), .init("verdict"),
    ])
    table.rows = chart.steps.map { step in
      var interval = ""
      if let low = step.low, let high = step.high {
        interval = "\(NumberText.value(low)) to \(NumberText.value(high))"
      }
      let verdict =
        switch step.kind {
        case .better: "better"
        case .worse: "worse"
        case .withinNoise: "within noise"
        }
      return [
        .init(step.label), .init(step.detail), .init(NumberText.value(step.change)),
        .init(interval), .init(verdict),
      ]
    }
    return Self.table(table)
  }

  private static func table(_ table: PageTable) -> String {
    let columns = table.columns
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = columns.map { column in
      switch column.alignment {
      case .leading, .prose: "---"
      case .center: ":---:"
      case .trailing: "---:"
      }
    }
    let rows = table.rows.map { row in
      columns.indices.map { row.indices.contains($0) ? inline(row[$0].text) : "" }
    }
    return ([columns.map { inline($0.title) }, rule] + rows).map(line).joined(separator: "\n")
  }

  /// Text in which nothing means more than itself.
  private static func inline(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "#": result += "\\" + String(character)
      case "\n", "\r", "\r\n": result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
