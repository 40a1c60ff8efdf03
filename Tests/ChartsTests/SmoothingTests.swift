import Charts
import Testing

@Suite struct SmoothingTests {
  private func smoothed(_ values: [Double], share: Double = 0.01) -> [Double] {
    Series("", values.enumerated().map { (Double($0), $1) }).smoothed(as: "", share: share).points.map(\.y)
  }

  @Test func linesStayStraight() {
    let line = (0..<1000).map { 5 - 0.001 * Double($0) }
    for (value, mean) in zip(line, smoothed(line)).dropLast(20) { #expect(abs(value - mean) < 1e-9) }
    #expect(smoothed([Double](repeating: 2, count: 50)) == [Double](repeating: 2, count: 50))
  }

  @Test func noiseBecomesCalm() {
    let noise = (0..<10_000).map { $0 % 2 == 0 ? 1.0 : -1 }
    #expect(smoothed(noise).dropFirst(1000).allSatisfy { abs($0) < 0.02 })
  }

  /// A fall in the first hundredth of a run is not smeared over it.
  @Test func theStartKeepsItsShape() {
    let fall = (0..<10_000).map { 2 + 8 / (1 + Double($0) / 20) }
    for (value, mean) in zip(fall, smoothed(fall)) { #expect(abs(value - mean) < 0.05 * value) }
  }

  @Test func badPointsWeighNothing() {
    var values = [Double](repeating: 3, count: 100)
    values[50] = .nan
    values[60] = .infinity
    let means = smoothed(values, share: 0.1)
    #expect(means[50].isNaN && means[60].isNaN)
    #expect(means.filter(\.isFinite) == [Double](repeating: 3, count: 98))
  }

  @Test(arguments: [0, 1, 2]) func fewPoints(_ count: Int) {
    #expect(smoothed([Double](repeating: 1, count: count)) == [Double](repeating: 1, count: count))
  }

  @Test(arguments: [-1, 0, 2, .infinity, .nan]) func anyShareIsTaken(_ share: Double) {
    #expect(smoothed([1, 1, 1], share: share) == [1, 1, 1])
  }
}
