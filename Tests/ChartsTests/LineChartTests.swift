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

  @Test func aBandIsAnAreaInView() throws {
    var chart = chart([1, 2, 1.5])
    let without = chart.svg(width: 600, height: 300)
    #expect(!without.contains("class=\"area\""))
    chart.series[0].band = [(2, 1, 9), (0, 0.5, 1.5), (1, 2.5, 1.5)]
    let drawing = try #require(parsedXML(chart.svg(width: 600, height: 300)))
    let area = try #require(drawing.all("path").first { $0["class"] == "area" }?["d"])
    // Forth along three upper bounds and back along three lower ones, whichever was named first.
    #expect(area.filter { $0 == "L" }.count == 5 && area.filter { $0 == "M" }.count == 1 && area.hasSuffix("Z"))
    let heights = area.dropFirst().dropLast().split(separator: "L").compactMap { Double($0.split(separator: " ")[1]) }
    #expect(zip(heights, heights.reversed()).prefix(3).allSatisfy { $0 < $1 })
    let top = try #require(drawing.all("svg")[0]["data-y"]?.split(separator: " ").dropFirst().first)
    #expect(Double(top).map { $0 > 9 } == true)
    #expect(drawing.all("g").contains { $0["data-ranges"] == "0.5000:1.5000 1.5000:2.5000 1:9" })
  }

  @Test func aBandHasGapsAndAnythingInIt() throws {
    for bad in [Double.nan, .infinity, 1e300, -1] {
      var chart = chart([1, 2, 3, 4, 5])
      chart.series[0].band = [(0, 1, 2), (1, 1, 2), (2, bad, 2), (3, 1, 2), (4, 1, 2), (bad, 1, 2)]
      for scale in [LineChart.Scale.linear, .logarithmic] {
        (chart.xScale, chart.yScale) = (scale, scale)
        let drawing = try #require(parsedXML(chart.svg(width: 600, height: 300)))
        let area = try #require(drawing.all("path").first { $0["class"] == "area" }?["d"])
        #expect(!area.contains("nan") && !area.contains("inf"))
        if bad != -1 || scale == .logarithmic { #expect(area.filter { $0 == "M" }.count == 2) }
      }
    }
    var long = chart([1, 2])
    long.series[0].band = (0..<200_000).map { (Double($0), 1, 2 + Double($0 % 7)) }
    #expect(long.svg(width: 600, height: 300).utf8.count < 40_000)
  }

  @Test func doublingIsTheSameDistanceEverywhere() throws {
    var chart = LineChart(title: "Sweep", xLabel: "learning rate")
    chart.xScale = .logarithmic
    chart.series = [Series("loss", [(4e-3, 3), (1e-3, 2), (5e-4, 1), (2e-3, 2), (0, 9), (-1, 9)], style: .markers)]
    let drawing = try #require(parsedXML(chart.svg(width: 600, height: 300)))
    let places = drawing.all("circle").compactMap { $0["cx"].flatMap(Double.init) }
    #expect(places.count == 4)
    let distances = zip(places, places.dropFirst()).map { $1 - $0 }
    #expect(distances.allSatisfy { abs($0 - distances[0]) < 0.2 && $0 > 100 })
    #expect(drawing.text.contains("5e−4") && drawing.text.contains("1e−3") && !drawing.text.contains("0.001"))
    for points in [[], [(1e-3, 1)], [(-1, 1)], [(0, .nan)], [(1e-30, 1), (1e30, 2)]] as [[(x: Double, y: Double)]] {
      chart.series = [Series("loss", points)]
      #expect(parsedXML(chart.svg(width: 600, height: 300)).map { !$0.text.contains("nan") } == true)
    }
  }

  /// Columns are as wide as they are drawn: the left half of a long run on a ruler of ratios is its first thousandth.
  @Test func thinningKnowsTheScale() throws {
    var chart = LineChart(title: "")
    chart.xScale = .logarithmic
    chart.series = [Series("a", (1...1_000_000).map { (Double($0), $0 == 40 ? 5 : 1) })]
    let drawing = try #require(parsedXML(chart.svg(width: 600, height: 300)))
    let line = try #require(drawing.all("path").last?["d"])
    #expect(line.filter { $0 == "L" }.count > 200 && line.utf8.count < 20_000)
  }

  @Test func comparisonsCanBeToldApart() throws {
    var chart = chart([1, 2])
    chart.references = [.init("a", y: 1), .init("b", y: 2), .init("c", y: 1.5)]
    let drawing = try #require(parsedXML(chart.svg(width: 600, height: 300)))
    let kinds = drawing.all("path").compactMap { $0["class"] }.filter { $0.hasPrefix("line reference") }
    #expect(Set(kinds).count == 3 && kinds.count == 6)
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
