import Charts
import Testing

@Suite struct ThinningTests {
  private func runs(_ values: [Double], columns: Int) -> [[(x: Double, y: Double)]] {
    Thinning.runs(
      values.enumerated().map { (Double($0), $1) }, in: 0...Double(max(1, values.count - 1)), columns: columns,
      isDrawable: Series.isDrawable)
  }

  @Test func fewPointsStayAsTheyAre() {
    #expect(runs([3, 1, 2], columns: 100).map { $0.map(\.y) } == [[3, 1, 2]])
    #expect(runs([], columns: 100).isEmpty)
  }

  @Test func everyBadPointIsAGapWhereAllAreDrawn() {
    let found = runs([.nan, 1, 2, .infinity, -.infinity, 3, 1e31], columns: 100)
    #expect(found.map { $0.map(\.y) } == [[1, 2], [3]])
  }

  @Test func sharedColumnsKeepTheirExtremesInOrder() {
    // Ten columns of a thousand points, each falling but for a spike.
    var values = (0..<10_000).map { -Double($0) }
    values[4321] = 1e6
    let found = runs(values, columns: 10)
    #expect(found.count == 1)
    let points = found[0]
    #expect(points.count <= 22 && points.contains { $0.x == 4321 })
    #expect(points.first?.y == 0 && points.last?.y == -9999)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
  }

  @Test func risingOrFallingBothExtremesStay() {
    for sign in [1.0, -1] {
      let points = runs((0..<10_000).map { sign * Double($0) }, columns: 10).flatMap { $0 }
      #expect(points.first?.x == 0 && points.contains { $0.x == 1999 } && points.contains { $0.x == 2000 })
      #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
    }
  }

  @Test func onlyAnEmptyColumnCutsAThinnedLine() {
    var values = [Double](repeating: 1, count: 10_000)
    values[5000] = .nan
    #expect(runs(values, columns: 10).count == 1)
    for i in 2900..<4200 { values[i] = .nan }
    #expect(runs(values, columns: 10).count == 2)
  }

  @Test func samplesReachBothEnds() {
    let points = (0..<1000).map { (x: Double($0), y: 0.0) }
    let samples = Thinning.samples(points, limit: 7)
    #expect(samples.count == 7 && samples.first?.x == 0 && samples.last?.x == 999)
    #expect(Thinning.samples(points, limit: 5000).count == 1000)
  }
}
