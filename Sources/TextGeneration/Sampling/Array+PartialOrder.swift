extension Array {
  /// Puts the first `count` elements by some order into their places, when the first `ordered` already are in theirs.
  ///
  /// Selecting costs O(n) and sorting what was selected O(k log k), so a few come cheaply out of many.
  mutating func order(first count: Int, after ordered: Int = 0, by precedes: (Element, Element) -> Bool) {
    let count = Swift.min(count, self.count)
    guard count > ordered else { return }
    select(first: count, after: ordered, by: precedes)
    self[ordered..<count].sort(by: precedes)
  }

  /// Puts the first `count` elements by some order before all others, when the first `ordered` already are.
  mutating func select(first count: Int, after ordered: Int = 0, by precedes: (Element, Element) -> Bool) {
    guard count > ordered, count < self.count else { return }
    var (low, high) = (ordered, self.count - 1)
    while low < high {
      // Hoare's selection around the median of three: afterwards self[low...right] precede self[left...high].
      let pivot = Self.median(self[low], self[(low + high) / 2], self[high], precedes)
      var (left, right) = (low, high)
      while left <= right {
        while precedes(self[left], pivot) { left += 1 }
        while precedes(pivot, self[right]) { right -= 1 }
        if left <= right {
          swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if count - 1 <= right { high = right } else if count - 1 >= left { low = left } else { break }
    }
  }

  private static func median(
    _ a: Element, _ b: Element, _ c: Element, _ precedes: (Element, Element) -> Bool
  ) -> Element {
    let (low, high) = precedes(a, b) ? (a, b) : (b, a)
    return precedes(c, low) ? low : precedes(high, c) ? high : c
  }
}
