import Charts
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, 0.5, "0"), (2000, 500, "2,000"), (10_000, 5000, "10k"), (2500, 500, "2,500"), (12_500, 500, "12.5k"),
    (1_000_000, 200_000, "1M"), (1_200_000, 200_000, "1.2M"), (2.5, 0.5, "2.5"), (3, 0.5, "3.0"), (0.02, 0.01, "0.02"),
    (6e-4, 2e-4, "6e−4"), (1.2e-3, 2e-4, "1.2e−3"), (-40, 20, "−40"), (1e-12, 1, "0"), (3e15, 1e15, "3e15"),
  ])
  func ticks(_ value: Double, _ step: Double, _ text: String) {
    #expect(NumberText.tick(value, step: step) == text)
  }

  @Test(arguments: [
    (2.913_41, "2.9134"), (12.3456, "12.346"), (48_213, "48,213"), (3.21e-4, "3.21e−4"), (0.391_94, "0.3919"),
    (-1.5, "−1.5000"), (7, "7"), (1e12, "1e12"), (0, "0"), (1_234_567.8, "1,234,568"), (0.05, "0.050000"),
    (.nan, "–"), (.infinity, "–"),
  ])
  func values(_ value: Double, _ text: String) {
    #expect(NumberText.value(value) == text)
  }

  @Test(arguments: [
    (-0.012, 3e-4, "−0.0120"), (0.012, 3e-4, "+0.0120"), (0.000_01, 3e-4, "0.0000"), (-0.000_01, 3e-4, "0.0000"),
    (1234.5, 0.5, "+1,234.5"), (-2e12, 1, "−2e12"), (.nan, 1, "–"), (1, 0, "+1"), (0, .nan, "0"),
  ])
  func changes(_ change: Double, _ step: Double, _ text: String) {
    #expect(NumberText.signed(change, step: step) == text)
  }

  @Test(arguments: [(5e-4, "5e−4"), (1e-3, "1e−3"), (2.5e-4, "2.5e−4"), (0, "0"), (.infinity, "–")])
  func powers(_ value: Double, _ text: String) {
    #expect(NumberText.power(value) == text)
  }

  /// Programs must be able to read what the script is given.
  @Test(arguments: [1e30, -1e30, 1e-30, 999_999.6, 1e9, 123_456.7, -0.000_99, 3])
  func plainNumbersAreNumbers(_ value: Double) throws {
    let read = try #require(Double(NumberText.plain(value)))
    #expect(abs(read - value) <= 1e-3 * abs(value))
  }

  @Test func pixels() {
    #expect(
      [1.0, 1.25, -0.04, 99.96, 1e300, -1e300].map(NumberText.pixel) == ["1", "1.3", "0", "100", "1000000", "-1000000"])
  }
}
