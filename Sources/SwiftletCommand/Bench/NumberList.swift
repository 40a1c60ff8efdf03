import ArgumentParser

/// Whole numbers on the command line: `256`, or several as `128,512`.
struct NumberList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else { return nil }
    self.numbers = numbers
  }
}

extension [NumberList] {
  /// All numbers of a flag that may be repeated, each once, or the default where it was not given.
  func numbers(default fallback: [Int]) -> [Int] {
    let numbers = flatMap(\.numbers)
    return numbers.isEmpty ? fallback : numbers.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
