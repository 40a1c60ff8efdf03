import Comparison
import Testing

@Suite struct StatisticsTests {
  /// Tables of the distribution, two-sided 95%.
  @Test(arguments: [(1, 12.7062), (2, 4.30265), (4, 2.77645), (9, 2.26216), (20, 2.08596), (100, 1.98397)])
  func quantilesAreThoseOfTables(degrees: Int, expected: Double) {
    #expect(abs(StudentT.quantile(confidence: 0.95, degreesOfFreedom: degrees) - expected) < 1e-4)
  }

  @Test func otherConfidences() {
    #expect(abs(StudentT.quantile(confidence: 0.99, degreesOfFreedom: 5) - 4.03214) < 1e-4)
    #expect(StudentT.quantile(confidence: 0.95, degreesOfFreedom: 0) == .infinity)
  }

  @Test func anEstimateIsAMeanWithItsInterval() throws {
    let estimate = try #require(Estimate([1, 2, 3]))
    #expect(estimate.mean == 2)
    #expect(abs(estimate.margin - 4.30265 / 3.0.squareRoot()) < 1e-4)
    #expect(abs(estimate.low + estimate.high - 4) < 1e-12)
  }

  @Test func oneMeasurementTellsNothingAboutChance() throws {
    #expect(try #require(Estimate([5])).margin == .infinity)
    #expect(Estimate([]) == nil)
    #expect(Estimate([1, .nan]) == nil)
  }

  /// Both vary by 1 from seed to seed, together: their difference hardly does.
  @Test func pairsTellSmallDifferences() throws {
    let difference = try #require(Estimate.difference([1.11, 2.10, 3.09], from: [1, 2, 3]))
    #expect(abs(difference.mean - 0.1) < 1e-12)
    #expect(Verdict(difference) == .worse)
    #expect(Estimate.difference([1, 2], from: [1]) == nil)
  }

  @Test func verdicts() throws {
    #expect(Verdict(try #require(Estimate([-0.1, -0.11, -0.09]))) == .better)
    #expect(Verdict(try #require(Estimate([0.1, -0.11, 0.05]))) == .withinNoise)
    #expect(Verdict(try #require(Estimate([-1]))) == .withinNoise)
  }

  /// Of many experiments in which nothing differs, one interval in twenty misses zero.
  @Test func intervalsMissAsOftenAsTheySay() throws {
    var state: UInt64 = 1
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    var misses = 0
    for _ in 0..<4000 {
      // Twelve uniform numbers make a normal one.
      let values = (0..<3).map { _ in (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
      if Verdict(try #require(Estimate(values))) != .withinNoise { misses += 1 }
    }
    #expect((160...240).contains(misses))
  }
}
