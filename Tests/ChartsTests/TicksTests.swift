import Charts
import Testing

@Suite struct TicksTests {
  @Test(arguments: [(0.0, 1.0), (1.3, 4.7), (0, 100_000), (-3, 8), (2.91, 2.97), (0, 6e-4), (1e9, 3e9), (-1e-7, 1e-7)])
  func stepsAreOneTwoOrFive(_ lower: Double, _ upper: Double) {
    for count in 2...12 {
      let (values, step) = Ticks.linear(lower...upper, about: count)
      let power = NumberText.plain(step).first
      #expect(power == "1" || power == "2" || power == "5" || step < 1)
      #expect(values.count >= count / 2 && values.count <= 2 * count + 1)
      #expect(values.allSatisfy { $0 >= lower - step * 1e-6 && $0 <= upper + step * 1e-6 })
      #expect(zip(values, values.dropFirst()).allSatisfy { abs($1 - $0 - step) < step * 1e-6 })
    }
  }

  @Test func countedThingsHaveNoHalves() {
    #expect(Ticks.linear(0...3, about: 10, whole: true).values == [0, 1, 2, 3])
    #expect(Ticks.linear(0...3, about: 6).values.contains(0.5))
  }

  @Test func ratiosChooseTheStep() {
    #expect([1.0, 1.4, 1.5, 3.1, 3.2, 7, 7.1, 9.9].map(Ticks.niceStep) == [1, 1, 2, 2, 5, 5, 10, 10])
    #expect(abs(Ticks.niceStep(0.0021) - 0.002) < 1e-12)
  }

  @Test func decadesAndTheirParts() {
    #expect(Ticks.logarithmic(0.01...100, about: 5).map(\.value) == [0.01, 0.1, 1, 10, 100])
    #expect(Ticks.logarithmic(1...30, about: 5).map(\.value) == [1, 2, 5, 10, 20])
    #expect(Ticks.logarithmic(1e-20...1e20, about: 4).count <= 9)
    // Too little for decades: a straight ruler.
    #expect(Ticks.logarithmic(2...3, about: 5).map(\.value).contains(2.6))
  }

  @Test func nothingToDivide() {
    #expect(Ticks.linear(5...5, about: 4).values == [5])
    #expect(Ticks.logarithmic(5...5, about: 4).isEmpty)
  }
}
