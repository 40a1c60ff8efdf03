extension [Double] {
  /// The middle one, or the mean of the two in the middle: one bad sample does not move it. Nil where there is none.
  package var median: Double? {
    let sorted = sorted()
    return isEmpty ? nil : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
