import Charts
import Foundation
import Testing

@Suite struct LineChartTests {
  private func chart(_ values: [Double], _ style: Series.Style = .line) -> LineChart {
    var chart = LineChart(title: "Loss", xLabel: "step", yLabel: "nats")
    chart.series = [Series("training", values.enumerated().map { (Double($0), $1) }, style: style)]
    return chart
  }

  /// Anything may be drawn: the result is XML, and no number in it is broken.
  @Test(
    arguments: [
      [], [1], [2, 2, 2], [0, 0], [.nan], [.infinity, 1, -.infinity], [1e300, 1], [-1e30, 1e30], [1e-30, 1e-29],
      [-5, -4],
    ] as [[Double]])
  func odd(_ values: [Double]) throws {
    for style in [Series.Style.line, .markers, .faint] {
      for scale in [LineChart.Scale.linear, .logarithmic] {
        for flags in 0..<4 {
          var chart = chart(values, style)
          chart.yScale = scale
          chart.cutsOutliers = flags & 1 != 0
          chart.startsAtZero = flags & 2 != 0
          let svg = chart.svg(width: 600, height: 300)
          let drawing = try #require(parsedXML(svg))
          for (_, attributes) in drawing.elements {
            for (key, value) in attributes where key != "class" {
              #expect(!value.contains("nan") && !value.contains("inf"), "\(key)=\(value)")
            }
          }
        }
      }
    }
  }

  @Test func namesStayNames() throws {
    let hostile = "<script>alert('\"&]]>\u{1}')</script>"
    var chart = LineChart(title: hostile, xLabel: hostile, yLabel: hostile)
    chart.series = [Series(hostile, [(0, 1), (1, 2)]), Series(hostile, [(0, 2), (1, 1)])]
    chart.references = [.init(hostile, y: 1)]
    let drawing = try #require(parsedXML(chart.svg(width: 2000, height: 400)))
    #expect(drawing.all("script").count == 1)
    #expect(drawing.all("svg")[0]["aria-label"]?.hasPrefix("<script>alert(") == true)
  }

  @Test func thoseWhoDoNotSeeItAreTold() throws {
    let drawing = try #require(parsedXML(chart([4, 3, 2.5]).svg(width: 600, height: 300)))
    #expect(drawing.all("svg")[0]["role"] == "img" && drawing.all("svg")[0]["aria-label"] == "Loss")
    #expect(drawing.all("title").count == 1 && drawing.all("desc").count == 1)
    #expect(drawing.text.contains("training: from 2.5000 to 4, newest 2.5000."))
  }

  @Test func aGapInterruptsTheLine() throws {
    let drawing = try #require(parsedXML(chart([1, 2, .nan, 3, 4]).svg(width: 600, height: 300)))
    let line = try #require(drawing.all("path").last?["d"])
    #expect(line.filter { $0 == "M" }.count == 2 && line.filter { $0 == "L" }.count == 2)
    #expect(drawing.text.contains("Left out: 1 value not finite."))
  }

  @Test func aCutIsAdmitted() {
    var chart = chart((0..<1000).map { 2 + 9 / (1 + Double($0)) })
    #expect(!chart.svg(width: 600, height: 300).contains("Cut at the top"))
    chart.cutsOutliers = true
    #expect(chart.svg(width: 600, height: 300).contains("Cut at the top: values go up to 11."))
  }

  @Test func theLegendEndsWhereThePlotBegins() throws {
    var chart = LineChart(title: "Many", yLabel: "y")
    chart.series = (0..<20).map { Series("a series with a long name, number \($0)", [(0, Double($0)), (1, 1)]) }
    for width in [300, 900] {
      let drawing = try #require(parsedXML(chart.svg(width: width, height: 700)))
      let plot = try #require(drawing.all("svg")[0]["data-plot"]?.split(separator: " ").compactMap { Double($0) })
      let names = drawing.all("text").filter { $0["class"] == nil }.compactMap { $0["y"].flatMap(Double.init) }
      #expect(names.count == 20 && names.allSatisfy { $0 < plot[1] })
    }
  }

  @Test func theSameChartIsTheSameFile() {
    #expect(chart([3, 2, 1]).svg(width: 600, height: 300) == chart([3, 2, 1]).svg(width: 600, height: 300))
  }

  @Test func orderDoesNotMatter() {
    let points = (0..<50).map { (x: Double($0), y: Double($0 * $0 % 17)) }
    var (forward, backward) = (LineChart(title: ""), LineChart(title: ""))
    forward.series = [Series("a", points)]
    backward.series = [Series("a", points.reversed())]
    #expect(forward.svg(width: 600, height: 300) == backward.svg(width: 600, height: 300))
  }

  @Test func aMillionPointsAreASmallFile() {
    let svg = chart((0..<1_000_000).map { sin(Double($0)) + Double($0 % 97) }, .faint).svg(width: 1000, height: 400)
    #expect(svg.utf8.count < 60_000)
  }

  @Test func absurdSizesAreBounded() {
    for size in [Int.min, -1, 0, 1, Int.max] {
      #expect(parsedXML(chart([1, 2, 3]).svg(width: size, height: size)) != nil)
    }
  }
}
