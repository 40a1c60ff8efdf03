import Charts
import Foundation
import Testing

@Suite struct ChartPageTests {
  private func page() -> ChartPage {
    var chart = LineChart(title: "Loss <1>", xLabel: "step")
    chart.series = [Series("a & b", [(0, 1), (1, 2)])]
    var page = ChartPage(
      title: "A <b>run</b>", subtitle: "it's \"on\"", facts: [("Size", "<1M"), ("Left", "3 min & more")])
    page.sections = [
      PageSection("Large", contents: [.chart(chart)]), PageSection(contents: [.smallCharts([chart, chart])]),
    ]
    return page
  }

  @Test func everyDrawingInItIsWellFormed() {
    let drawings = page().html().split(separator: "<figure").dropFirst().map { figure in
      "<figure" + figure.prefix(upTo: figure.range(of: "</figure>")?.upperBound ?? figure.endIndex)
    }
    #expect(drawings.count == 4)  // the large one is drawn twice
    for drawing in drawings { #expect(parsedXML(drawing) != nil) }
  }

  @Test func itNeedsNothingElse() {
    let html = page().html()
    for word in ["src=", "href=", "@import", "url(", "https:"] { #expect(!html.contains(word), "\(word)") }
    // The only address in it is the name of SVG's vocabulary, which the script needs and nobody visits.
    #expect(html.components(separatedBy: "http:").count == 2)
    #expect(html.contains("default-src 'none'"))
  }

  @Test func textStaysText() {
    let html = page().html()
    #expect(html.contains("<title>A &lt;b&gt;run&lt;/b&gt;</title>") && !html.contains("<b>"))
    #expect(html.contains("<dd>3 min &amp; more</dd>") && html.contains("it&#39;s &quot;on&quot;"))
  }

  @Test func onlyAnUnfinishedPageLoadsItselfAgain() {
    var page = page()
    #expect(!page.html().contains("reload"))
    page.refreshSeconds = 10
    #expect(page.html().contains("content=\"10\"") && page.html().contains("}, 10000);"))
    page.refreshSeconds = -3
    #expect(page.html().contains("content=\"1\""))
  }

  /// In HTML nothing in a script is escaped; in SVG everything is, unless it says otherwise.
  @Test func theScriptIsTheSameEverywhere() {
    #expect(!HoverScript.text.contains { $0 == "<" || $0 == "&" } && !HoverScript.text.contains("]]>"))
  }
}
