/// What every notation is lowered to: texts made of bytes and Unicode scalars, and calls of rules.
///
/// Notations bound how deep these nest (`GrammarLimits.nesting`), so functions over them may recurse.
indirect enum Expression: Sendable {
  /// Exactly these bytes; none is the empty text.
  case bytes([UInt8])
  /// One scalar of a set, in UTF-8.
  case scalars(ScalarSet)
  case sequence([Expression])
  /// Any one of these; no alternatives match nothing at all.
  case choice([Expression])
  /// At least and at most so many in a row; nil is without bound.
  case repeated(Expression, Int, Int?)
  /// What another rule matches.
  case call(Int)
  /// The first k of these for any k from `atLeast` to all, in order.
  case prefix([Expression], atLeast: Int)
  /// Items in order, separated; an item that is not required may be missing, but not all of them. The members of an
  /// object are such a list.
  case selection([Item], separator: Expression)

  struct Item: Sendable {
    let expression: Expression
    let isRequired: Bool
  }

  static let empty = Expression.bytes([])
  static let never = Expression.choice([])

  static func literal(_ text: String) -> Expression { .bytes(Array(text.utf8)) }
  static func optional(_ expression: Expression) -> Expression { .repeated(expression, 0, 1) }
}

/// The rules of a grammar while it is being put together. Rule 0 is where texts begin.
struct RuleSet {
  private(set) var names: [String] = []
  private(set) var bodies: [Expression] = []
  /// Rules that notations share: JSON's strings, numbers and so on, by name.
  var shared: [String: Int] = [:]

  /// Adds a rule whose body comes later, by `define`. Until then it matches nothing.
  mutating func declare(_ name: String) throws(GrammarError) -> Int {
    guard names.count < GrammarLimits.rules else {
      throw GrammarError(.tooLarge, "the grammar needs more than \(GrammarLimits.rules) rules; simplify it")
    }
    names.append(name)
    bodies.append(.never)
    return names.count - 1
  }

  mutating func define(_ rule: Int, _ body: Expression) { bodies[rule] = body }

  mutating func add(_ name: String, _ body: Expression) throws(GrammarError) -> Int {
    let rule = try declare(name)
    define(rule, body)
    return rule
  }
}
