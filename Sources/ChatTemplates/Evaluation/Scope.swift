/// Variables by their numbers, with those around them.
final class Scope {
  let parent: Scope?
  private var symbols: [Int] = []
  private var values: [Value] = []
  /// Where each symbol is, once there are too many to look through.
  private var positions: [Int: Int] = [:]
  private static let searchedCount = 16
  /// The outermost variables, which have a place for every name of the template.
  private var all: [Value?] = []

  init(parent: Scope) { self.parent = parent }

  init(root values: [Value?]) {
    parent = nil
    all = values
  }

  /// The value that a name has here or further out.
  func value(of symbol: Int) -> Value? {
    var scope = self
    while let parent = scope.parent {
      if let index = scope.position(of: symbol) { return scope.values[index] }
      scope = parent
    }
    return scope.all.indices.contains(symbol) ? scope.all[symbol] : nil
  }

  private func position(of symbol: Int) -> Int? {
    if symbols.count > Self.searchedCount { return positions[symbol] }
    for (index, candidate) in symbols.enumerated() where candidate == symbol { return index }
    return nil
  }

  /// Gives a name a value here.
  func set(_ symbol: Int, to value: Value) {
    if parent == nil {
      if all.indices.contains(symbol) { all[symbol] = value }
    } else if let index = position(of: symbol) {
      values[index] = value
    } else {
      symbols.append(symbol)
      values.append(value)
      if symbols.count == Self.searchedCount + 1 {
        for (index, symbol) in symbols.enumerated() { positions[symbol] = index }
      } else if symbols.count > Self.searchedCount {
        positions[symbol] = symbols.count - 1
      }
    }
  }

  /// Forgets all variables. Macros hold the scope they stand in, and the scope holds the macros: this lets both go.
  func removeAll() {
    symbols.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    if !positions.isEmpty { positions = [:] }
    all = []
  }

  var root: Scope {
    var scope = self
    while let parent = scope.parent { scope = parent }
    return scope
  }
}
