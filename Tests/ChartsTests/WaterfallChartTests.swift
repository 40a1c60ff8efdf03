import Charts
import Foundation
import Testing

@Suite struct WaterfallChartTests {
  private func ladder() -> WaterfallChart {
    var ladder = WaterfallChart(title: "Ladder", axisLabel: "bits per byte")
    ladder.start = .init("GPT", value: 1.2)
    ladder.steps = [
      .init("pre-norm", detail: "after → before", change: -0.05, low: -0.06, high: -0.04, kind: .better),
      .init("untied", change: 0.02, low: 0.03, high: 0.01, kind: .worse),
      .init("RMSNorm", change: 0.001, low: -0.001, high: 0.003, kind: .withinNoise),
    ]
    ladder.endLabel = "LLaMA"
    return ladder
  }

  private func bars(_ drawing: ParsedXML) -> [(left: Double, right: Double, name: String)] {
    drawing.all("rect").compactMap { rect in
      guard let name = rect["class"], name.hasPrefix("bar "), rect["height"] != "10",
        let x = rect["x"].flatMap(Double.init), let width = rect["width"].flatMap(Double.init)
      else { return nil }
      return (x, x + width, name)
    }
  }

  @Test func everyBarStartsWhereTheOneBeforeEnds() throws {
    let bars = bars(try #require(parsedXML(ladder().svg(width: 1000))))
    #expect(bars.map(\.name) == ["bar better", "bar worse", "bar noise"])
    #expect(abs(bars[0].left - bars[1].left) < 0.2 && abs(bars[1].right - bars[2].left) < 3)
    // The second change is two fifths of the first.
    let ratio = (bars[1].right - bars[1].left) / (bars[0].right - bars[0].left)
    #expect(abs(ratio - 0.4) < 0.01)
  }

  @Test func whiskersReachFromTheLevelBefore() throws {
    let drawing = try #require(parsedXML(ladder().svg(width: 1000)))
    let bar = bars(drawing)[0]
    let whisker = try #require(drawing.all("path").filter { $0["class"] == "whisker" }.dropFirst().first?["d"])
    let places = whisker.dropFirst().split { !($0.isNumber || $0 == ".") }.compactMap { Double($0) }
    // From 1.20 − 0.06 to 1.20 − 0.04, around the bar's end at 1.20 − 0.05.
    let unit = (bar.right - bar.left) / 5
    #expect(abs(places[0] - (bar.left - unit)) < 0.3 && abs(places[2] - (bar.left + unit)) < 0.3)
  }

  @Test func widthIsThereForTheWidestInterval() throws {
    var ladder = ladder()
    (ladder.steps[1].low, ladder.steps[1].high) = (-0.4, 0.5)
    let drawing = try #require(parsedXML(ladder.svg(width: 1000)))
    let axis = try #require(drawing.all("line").first { $0["class"] == "rule axis" && $0["y1"] == $0["y2"] })
    let (start, end) = (axis["x1"].flatMap(Double.init) ?? 0, axis["x2"].flatMap(Double.init) ?? 0)
    for whisker in drawing.all("path").filter({ $0["class"] == "whisker" }).dropFirst() {
      let places = whisker["d"]?.dropFirst().split { !($0.isNumber || $0 == ".") }.compactMap { Double($0) } ?? []
      #expect(places[0] > start && places[2] < end && places[0] < places[2])
    }
  }

  @Test(arguments: [1000, 370]) func allOfItIsWrittenOut(_ width: Int) throws {
    let text = try #require(parsedXML(ladder().svg(width: width))).text
    for word in [
      "GPT", "1.2000", "pre-norm", "after → before", "−0.0500", "−0.0600 … −0.0400", "+0.0200", "+0.0100 … +0.0300",
      "LLaMA", "1.1710", "−0.0290 in all", "bits per byte", "← lower is better", "better", "worse", "within noise",
      "95% interval",
    ] { #expect(text.contains(word), "\(word)") }
  }

  @Test func higherMayBeBetter() {
    var ladder = ladder()
    ladder.lowerIsBetter = false
    let svg = ladder.svg(width: 1000)
    #expect(svg.contains("higher is better →") && !svg.contains("lower is better"))
  }

  @Test func onlyWhatOccursIsInTheLegend() {
    var ladder = ladder()
    ladder.steps = [.init("pre-norm", change: -0.05, kind: .better)]
    let svg = ladder.svg(width: 1000)
    #expect(svg.contains(">better<"))
    for word in ["worse", "within noise", "95% interval"] { #expect(!svg.contains(">\(word)<"), "\(word)") }
  }

  /// A reference far away would leave the bars too little room to be compared.
  @Test func aFarReferenceIsNamedAndNotDrawn() throws {
    var ladder = ladder()
    ladder.references = [.init("near", value: 1.1), .init("far", value: -40), .init("none", value: .nan)]
    let drawing = try #require(parsedXML(ladder.svg(width: 1000)))
    #expect(drawing.text.contains("far (−40) lies outside this drawing."))
    #expect(drawing.all("path").filter { $0["class"]?.hasPrefix("line reference") == true }.count == 2)
    #expect(bars(drawing)[0].right - bars(drawing)[0].left > 100)
  }

  @Test func textStaysInItsColumn() throws {
    var ladder = ladder()
    for i in ladder.steps.indices { ladder.steps[i].label += String(repeating: " long", count: 40) }
    let drawing = try #require(parsedXML(ladder.svg(width: 1000)))
    #expect(bars(drawing).allSatisfy { $0.left > 0.36 * 968 && $0.right < 968 } && drawing.text.contains("…"))
    #expect(bars(drawing)[0].right - bars(drawing)[0].left > 100)
  }

  @Test(arguments: [
    Double.nan, .infinity, -.infinity, 0, 1e300, -1e30, 1e30, 1e-30, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
  ]) func odd(_ value: Double) throws {
    for start in [value, 1] {
      for change in [value, 0, -1] {
        var ladder = ladder()
        ladder.start.value = start
        ladder.steps[1].change = change
        ladder.steps[1].low = value
        ladder.references = [.init("</svg>", value: value)]
        for width in [Int.min, 300, 1000, Int.max] {
          let drawing = try #require(parsedXML(ladder.svg(width: width)))
          for (_, attributes) in drawing.elements {
            for (key, value) in attributes where key != "class" {
              #expect(!value.contains("nan") && !value.contains("inf"), "\(key)=\(value)")
            }
          }
        }
      }
    }
  }

  @Test func aLostChangeLeavesTheLevel() throws {
    var ladder = ladder()
    ladder.steps[1].change = .nan
    let text = try #require(parsedXML(ladder.svg(width: 1000))).text
    #expect(text.contains("1.1510") && text.contains("untied: –."))
  }

  @Test func nothingOnIt() {
    #expect(parsedXML(WaterfallChart(title: "").svg(width: 500)) != nil)
    #expect(ladder().svg(width: 700) == ladder().svg(width: 700))
  }
}
