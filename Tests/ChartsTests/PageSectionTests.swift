import Charts
import Foundation
import Testing

@Suite struct PageSectionTests {
  private func body(_ sections: [PageSection]) throws -> ParsedXML {
    var page = ChartPage(title: "Report")
    page.sections = sections
    let html = page.html()
    let start = try #require(html.range(of: "<main>")?.lowerBound)
    let end = try #require(html.range(of: "</main>")?.upperBound)
    return try #require(parsedXML(String(html[start..<end])))
  }

  @Test func headingsCanBeLinkedTo() throws {
    let found = try body(
      ["Each step: what changed?", "Each step", "Each step", "Größe", "—", "Each step 2"].map {
        PageSection($0, contents: [])
      } + [PageSection(contents: [])])
    let ids = found.all("h2").compactMap { $0["id"] }
    #expect(ids == ["each-step-what-changed", "each-step", "each-step-2", "größe", "section", "each-step-2-2"])
    #expect(found.all("section").map { $0["aria-labelledby"] } == ids + [nil])
  }

  @Test func tablesKeepTheirShape() throws {
    var table = PageTable([.init("model"), .init("loss", .trailing)], caption: "Losses <in> bits")
    table.rows = [["GPT", "1.18", "more"], ["LLaMA"], [.init("best", .strong), .init("−0.1", .better)], []]
    let found = try body([PageSection(contents: [.table(table)])])
    #expect(found.all("tr").count == 5 && found.all("th").count == 7 && found.all("td").count == 8)
    #expect(found.all("td").first?["class"] == "trailing" && found.text.contains("Losses <in> bits"))
    #expect(found.all("td").contains { $0["class"] == "trailing better" })
    #expect(found.all("th").contains { $0["class"] == "leading strong" && $0["scope"] == "row" })
    // The box scrolls, with a keyboard too.
    #expect(found.all("div").contains { $0["class"] == "scroll" && $0["tabindex"] == "0" })
  }

  @Test func textsKeepTheirLines() throws {
    let text = PageText("<sample>", "\nOnce\r\nupon <b>a\u{0}\n\n time", isMonospaced: true)
    let found = try body([PageSection(contents: [.texts([text])])])
    #expect(found.text.contains("\nOnce\nupon <b>a\u{FFFD}\n\n time") && found.text.contains("<sample>"))
    #expect(found.all("div").contains { $0["class"] == "lines code" })
  }

  @Test func everyContentIsOnThePage() throws {
    var ladder = WaterfallChart(title: "ladder")
    ladder.steps = [.init("step", change: 1, kind: .worse)]
    let found = try body([
      PageSection(
        "All",
        contents: [
          .paragraph("a < b"), .waterfall(ladder), .diagrams([.init(title: "one"), .init(title: "two")]),
          .chart(.init(title: "large")), .smallCharts([.init(title: "small")]), .smallCharts([]), .diagrams([]),
          .texts([]),
        ])
    ])
    #expect(
      found.all("svg").compactMap { $0["aria-label"] } == [
        "ladder", "ladder", "one", "two", "large", "large", "small",
      ])
    #expect(found.all("p").count == 1 && found.text.contains("a < b"))
    #expect(found.all("div").compactMap { $0["class"] } == ["diagrams", "details"])
  }

  /// A phone shows few names per row, and the lines need their height nevertheless.
  @Test func manyNamesMakeAChartTaller() throws {
    func height(_ count: Int) throws -> Double {
      var chart = LineChart(title: "Many", yLabel: "y")
      chart.series = (0..<count).map { Series("a series with a long name, \($0)", [(0, Double($0)), (1, 1)]) }
      let narrow = try body([PageSection(contents: [.chart(chart)])]).all("svg").filter { $0["data-plot"] != nil }[1]
      return try #require(narrow["data-plot"]?.split(separator: " ").last.flatMap { Double($0) })
    }
    #expect(try height(20) > 180 && height(2) > 180)
  }
}
