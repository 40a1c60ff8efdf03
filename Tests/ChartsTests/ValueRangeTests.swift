import Charts
import Testing

@Suite struct ValueRangeTests {
  private func range(
    _ values: [Double], references: [Double] = [], scale: LineChart.Scale = .linear, cuts: Bool = false,
    fromZero: Bool = false
  ) -> ValueRange {
    let points = values.enumerated().map { (x: Double($0), y: $1) }
    let line = PlottedLine(series: Series("", points), place: 0, points: points, runs: points.isEmpty ? [] : [points])
    return ValueRange([line], references: references, scale: scale, cutsOutliers: cuts, startsAtZero: fromZero)
  }

  @Test func aLossCurveShowsItsLongEnd() {
    let loss = (0..<1000).map { 2 + 9 / (1 + Double($0)) }
    let whole = range(loss)
    #expect(whole.shown.contains(11) && whole.cutAbove == nil)
    let cut = range(loss, cuts: true)
    #expect(cut.shown.upperBound < 3 && cut.shown.contains(2.009) && cut.cutAbove == 11)
  }

  @Test func nothingIsCutWhereItCostsLittle() {
    let cut = range((0..<1000).map { Double($0) / 1000 }, cuts: true)
    #expect(cut.shown.contains(0) && cut.shown.contains(0.999) && cut.cutAbove == nil && cut.cutBelow == nil)
  }

  @Test func aLateRiseIsNotAnOutlier() {
    let diverged = (0..<1000).map { $0 < 900 ? 2.0 : 9 }
    #expect(range(diverged, cuts: true).shown.contains(9))
  }

  @Test func oneSpikeInAFlatLineIsWhatThereIsToSee() {
    #expect(range([Double](repeating: 1, count: 100) + [5], cuts: true).shown.contains(5))
  }

  @Test func referencesAreAlwaysInView() {
    #expect(range([3, 4], references: [1], cuts: true).shown.contains(1))
    #expect(range([], references: [1]).shown.contains(1))
  }

  @Test func equalValuesGoThroughTheMiddle() {
    #expect(range([2, 2, 2]).shown == 1.8...2.2)
    #expect(range([0, 0]).shown.contains(0))
    #expect(range([0, 0], fromZero: true).shown.lowerBound == 0)
    #expect(range([-3]).shown.contains(-3))
    #expect(range([7], scale: .logarithmic).shown.contains(7))
  }

  @Test func zeroAndBelow() {
    #expect(range([5, 6], fromZero: true).shown.lowerBound == 0)
    #expect(range([-5, 6], fromZero: true).shown.lowerBound < -5)
    #expect(range([0.1, 6]).shown.lowerBound == 0)
    #expect(range([]).shown == 0...1)
  }
}
