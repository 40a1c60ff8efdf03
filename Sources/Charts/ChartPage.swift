/// Charts on a page of their own: one HTML file that needs nothing else, now or in ten years.
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
  /// The charts to look at, over the page's full width.
  public var charts: [LineChart] = []
  /// The charts to glance at, small and side by side.
  public var details: [LineChart] = []
  /// After how many seconds the page loads itself again, for a file that is rewritten; nil for one that is finished.
  /// It waits while a pointer is over a chart.
  public var refreshSeconds: Int?

  /// A page without charts.
  public init(title: String, subtitle: String = "", facts: [(String, String)] = []) {
    self.title = title
    self.subtitle = subtitle
    self.facts = facts
  }

  /// The file.
  public func html() -> String {
    let large = charts.map { chart in
      figure(chart, (1000, 440), "wide") + figure(chart, (370, 350), "narrow")
    }
    let small = details.map { figure($0, (345, 220), "") }
    let parts =
      [header] + large.map { Markup.element("section", [:], $0) }
      + (small.isEmpty ? [] : [Markup.element("section", ["class": "details"], small.joined(separator: "\n"))])
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(Self.permissions)">
      <title>\(Markup.escaped(title))</title>
      \(refreshing)<style>
      \(Self.style)\(Stylesheet.chart)</style>
      </head>
      <body>
      <main>
      \(parts.joined(separator: "\n"))
      </main>
      <script>
      \(HoverScript.text)
      </script>
      </body>
      </html>

      """
  }

  /// What the page may load: nothing. It may use the style and the scripts that are written in it.
  private static let permissions = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

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

  private func figure(_ chart: LineChart, _ size: (width: Int, height: Int), _ name: String) -> String {
    let drawing = LineDrawing(chart, width: size.width, height: size.height)
    return Markup.element("figure", ["class": name], drawing.markup([]))
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

  private static let style =
    """
    :root{color-scheme:light dark}
    body{margin:0;font:15px/1.5 \(Stylesheet.fonts);background:\(Palette.light.surface);color:\(Palette.light.ink)}
    main{max-width:1000px;margin:0 auto;padding:44px 28px 64px}
    h1{margin:0;font-size:26px;line-height:1.2;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
    p{margin:6px 0 0}p,dt{color:\(Palette.light.muted)}
    .live{white-space:nowrap}
    .live::before{content:"";display:inline-block;width:7px;height:7px;border-radius:50%;margin:0 7px 1px 0;background:\(Palette.light.series[2])}
    dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px 24px;margin:24px 0 0;padding:18px 0;border:solid \(Palette.light.grid);border-width:1px 0}
    dt{font-size:12px;line-height:1.4}dd{margin:0;font-size:14px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    section{margin-top:36px}
    figure{margin:0}
    svg.chart{display:block;width:100%;height:auto;touch-action:pan-y}
    .narrow{display:none}
    .details{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:32px 20px}
    @media(max-width:640px){main{padding:28px 16px 48px}.wide{display:none}.narrow{display:block}dl{grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:12px 16px}}
    @media(prefers-color-scheme:dark){
    body{background:\(Palette.dark.surface);color:\(Palette.dark.ink)}
    p,dt{color:\(Palette.dark.muted)}
    dl{border-color:\(Palette.dark.grid)}
    .live::before{background:\(Palette.dark.series[2])}
    }

    """
}
