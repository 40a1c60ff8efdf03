/// Numbers for the names of variables, so that looking one up compares no strings.
struct SymbolTable: Sendable {
  private(set) var names: [String] = []
  private var symbols: [String: Int] = [:]

  static let caller = 0
  static let kwargs = 1
  static let varargs = 2
  static let loop = 3

  init() {
    for name in ["caller", "kwargs", "varargs", "loop"] { _ = symbol(for: name) }
  }

  mutating func symbol(for name: String) -> Int {
    if let symbol = symbols[name] { return symbol }
    names.append(name)
    symbols[name] = names.count - 1
    return names.count - 1
  }

  func known(_ name: String) -> Int? { symbols[name] }
}

/// Which names a template takes from outside: those that are read where nothing has given them a value.
struct NameTracker {
  /// The names with a value, in the scope being parsed and those around it.
  private var scopes: [Set<Int>] = [[]]
  private(set) var free: Set<Int> = []
  /// Which of the special names each macro and loop body being parsed reads.
  private var mentions: [Set<Int>] = []

  mutating func load(_ symbol: Int) {
    if !scopes.contains(where: { $0.contains(symbol) }) { free.insert(symbol) }
    if symbol <= SymbolTable.loop {
      for index in mentions.indices { mentions[index].insert(symbol) }
    }
  }

  mutating func store(_ symbols: [Int]) { scopes[scopes.count - 1].formUnion(symbols) }

  mutating func push(_ symbols: [Int]) { scopes.append(Set(symbols)) }
  mutating func pop() { scopes.removeLast() }

  /// What has a value here, to go back to after a branch that may not be taken.
  var bound: Set<Int> {
    get { scopes[scopes.count - 1] }
    set { scopes[scopes.count - 1] = newValue }
  }

  mutating func startMentions() { mentions.append([]) }
  mutating func endMentions() -> Set<Int> { mentions.removeLast() }
}
