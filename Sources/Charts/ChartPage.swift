/// A report on a page of its own: one HTML file that needs nothing else, now or in ten years.
///
///     var page = ChartPage(title: "stories-15m", facts: [("Parameters", "15.2 M")])
///     page.sections = [PageSection("Loss", contents: [.paragraph("Measured every 100 steps."), .chart(loss)])]
///     let file = page.html()
///
/// The page forbids itself to load anything, so a title that somebody made up cannot either. It follows the screen's
/// light or dark colours and fits a phone: large charts are drawn twice, and a narrow screen shows the narrow one.
public struct ChartPage: Sendable {
  /// The heading.
  public var title: String
  /// A line below it.
  public var subtitle: String
  /// What else to know: names and values, in order.
  public var facts: [(String, String)]
  /// What the page shows, from top to bottom.
  public var sections: [PageSection] = []
  /// After how many seconds the page loads itself again, for a file that is rewritten; nil for one that is finished.
  /// It waits while a pointer is over a chart.
  public var refreshSeconds: Int?

  /// A page without sections.
  public init(title: String, subtitle: String = "", facts: [(String, String)] = []) {
    self.title = title
    self.subtitle = subtitle
    self.facts = facts
  }

  /// The file.
  public func html() -> String {
    let parts = [header] + zip(sections, ids).map { $0.html(id: $1) }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(Self.permissions)">
      <title>\(Markup.escaped(title))</title>
      \(refreshing)<style>
      \(Stylesheet.page)\(Stylesheet.chart)</style>
      </head>
      <body>
      <main>
      \(parts.joined(separator: "\n"))
      </main>
      <script>
      \(scripts)
      </script>
      </body>
      </html>

      """
  }

  /// What the page may load: nothing. It may use the style and the scripts that are written in it.
  private static let permissions = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

  private var scripts: String {
    let hasAttention = sections.contains {
      $0.contents.contains { if case .attention = $0 { true } else { false } }
    }
    return hasAttention ? HoverScript.text + "\n" + AttentionScript.text : HoverScript.text
  }

  /// What links call the sections. Where two have the same heading, the second gets a number.
  private var ids: [String] {
    var taken: Set<String> = []
    return sections.map { section in
      let slug = section.slug
      var id = slug
      var number = 2
      while !section.heading.isEmpty, !taken.insert(id).inserted {
        id = "\(slug)-\(number)"
        number += 1
      }
      return id
    }
  }

  private var header: String {
    var content = Markup.element("h1", [:], Markup.escaped(title))
    if !subtitle.isEmpty || seconds != nil {
      let note = seconds.map { Markup.element("span", ["class": "live"], "Updates every \($0) s") } ?? ""
      content +=
        "\n"
        + Markup.element(
          "p", [:], [Markup.escaped(subtitle), note].filter { !$0.isEmpty }.joined(separator: "\u{2002}"))
    }
    if !facts.isEmpty {
      let entries = facts.map { name, value in
        Markup.element(
          "div", [:],
          Markup.element("dt", [:], Markup.escaped(name)) + Markup.element("dd", [:], Markup.escaped(value)))
      }
      content += "\n" + Markup.element("dl", [:], entries.joined(separator: "\n"))
    }
    return Markup.element("header", [:], content)
  }

  private var seconds: Int? { refreshSeconds.map { max(1, $0) } }

  private var refreshing: String {
    guard let seconds else { return "" }
    return """
      <noscript><meta http-equiv="refresh" content="\(seconds)"></noscript>
      <script>
      setInterval(() => {
        if (!(document.hidden || document.querySelector("svg.chart:hover"))) location.reload();
      }, \(seconds)000);
      </script>

      """
  }
}
