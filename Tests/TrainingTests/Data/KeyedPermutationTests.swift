import Testing
import Training

@Suite struct KeyedPermutationTests {
  @Test(arguments: Array(1...70) + [127, 128, 129, 1000, 4095, 4096, 4097, 65_537])
  func everyNumberComesOnce(count: Int) {
    let order = KeyedPermutation(count: count, key: 42)
    var seen = [Bool](repeating: false, count: count)
    for index in 0..<count {
      let value = order[index]
      #expect(!seen[value], "\(value) twice among \(count)")
      seen[value] = true
    }
  }

  @Test func keysGiveOrdersOfTheirOwn() {
    let orders = (0..<50).map { key in
      let order = KeyedPermutation(count: 100, key: UInt64(key))
      return (0..<100).map { order[$0] }
    }
    #expect(Set(orders).count == 50)
    #expect(orders.allSatisfy { $0 != Array(0..<100) })
  }

  /// A shuffle leaves a place alone, and neighbours neighbours, about as often as chance does: once each.
  @Test func ordersLookRandom() {
    let count = 10_000
    var fixed = 0
    var neighbours = 0
    for key in 0..<20 {
      let order = KeyedPermutation(count: count, key: UInt64(key))
      let values = (0..<count).map { order[$0] }
      fixed += values.indices.count { values[$0] == $0 }
      neighbours += values.indices.dropLast().count { values[$0 + 1] == values[$0] + 1 }
    }
    // The sum of 20 counts that are Poisson distributed with mean 1: 20 ± 4.5.
    #expect((3...45).contains(fixed))
    #expect((3...45).contains(neighbours))
  }

  @Test func anyPlaceOfAHugeOrderIsThereAtOnce() {
    let order = KeyedPermutation(count: .max, key: 3)
    #expect(Set([0, 1, 2, Int.max - 1].map { order[$0] }).count == 4)
  }

  /// Checkpoints hold a place in the order, so the order must never change.
  @Test func theOrderIsFixed() {
    let order = KeyedPermutation(count: 10, key: 1)
    #expect((0..<10).map { order[$0] } == [3, 9, 4, 0, 7, 8, 1, 2, 5, 6])
  }
}
