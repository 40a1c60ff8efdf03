import Tensors
import Testing

@Suite struct RandomSourceTests {
  @Test func firstNumbersOfTheReferenceAlgorithm() {
    // xoshiro256** after SplitMix64 with seed 0, as the authors' C code prints them.
    var source = RandomSource(seed: 0)
    #expect(source.next() == 0x99EC_5F36_CB75_F2B4)
    #expect(source.next() == 0xBF6E_1F78_4956_452A)
    #expect(source.next() == 0x1A5F_849D_4933_E6E0)
  }

  @Test func unitsFillTheUnitInterval() {
    var source = RandomSource(seed: 7)
    let units = (0..<20_000).map { _ in source.nextUnit() }
    #expect(units.allSatisfy { (0..<1).contains($0) })
    for tenth in 0..<10 {
      let share = Double(units.count { Int($0 * 10) == tenth }) / 20_000
      #expect(abs(share - 0.1) < 0.01)
    }
  }

  @Test func neighbouringSeedsDiffer() {
    var (a, b) = (RandomSource(seed: 1), RandomSource(seed: 2))
    #expect(a.next() != b.next())
  }
}
