extension ArraySlice<Int> {
  /// How many tokens two texts begin with alike.
  func countShared(with other: ArraySlice<Int>) -> Int {
    let most = Swift.min(count, other.count)
    var shared = 0
    while shared < most, self[startIndex + shared] == other[other.startIndex + shared] { shared += 1 }
    return shared
  }
}
