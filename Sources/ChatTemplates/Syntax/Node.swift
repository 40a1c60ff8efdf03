/// Something with a value. Names are numbers that the parser gave them.
struct Expression: Sendable {
  let kind: Kind
  let line: Int
  /// How many levels of expressions this is.
  let height: Int

  indirect enum Kind: Sendable {
    case literal(Literal)
    case name(Int)
    case tuple([Expression])
    case list([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case attribute(Expression, AttributeName)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Call)
    case filter(Expression, Filter, ArgumentList)
    /// A filter or test that does not exist, where that only matters if it is reached.
    case missing(String)
    case test(Expression, ValueTest, ArgumentList)
    case not(Expression)
    case negative(Expression)
    case positive(Expression)
    /// Operators of one rank, from left to right.
    case arithmetic(Expression, [(ArithmeticOperator, Expression)])
    case concatenation([Expression])
    case and([Expression])
    case or([Expression])
    case comparison(Expression, [(ComparisonOperator, Expression)])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
    /// What a `filter` or `set` block has caught.
    case captured
  }
}

/// A value that the source spells out.
enum Literal: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(Text)
}

/// The name after a dot.
struct AttributeName: Sendable {
  let string: String
  let text: Text

  init(_ string: String) {
    self.string = string
    text = Text(string)
  }
}

struct Call: Sendable {
  let callee: Expression
  let arguments: ArgumentList
}

struct ArgumentList: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// `*sequence`
  var spread: Expression?
  /// `**mapping`
  var namedSpread: Expression?

  var isEmpty: Bool { positional.isEmpty && named.isEmpty && spread == nil && namedSpread == nil }
  var height: Int {
    let heights = positional.map(\.height) + named.map(\.value.height)
    return max(heights.max() ?? 0, spread?.height ?? 0, namedSpread?.height ?? 0)
  }
}

enum ArithmeticOperator: Sendable {
  case add, subtract, multiply, divide, floorDivide, modulo, power

  var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .floorDivide: "//"
    case .modulo: "%"
    case .power: "**"
    }
  }
}

enum ComparisonOperator: Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, isIn, isNotIn
}

/// What `set` and `for` assign to.
indirect enum Target: Sendable {
  case name(Int)
  case attribute(of: Int, AttributeName)
  case tuple([Target])

  /// The names it gives a value.
  var names: [Int] {
    switch self {
    case .name(let name): [name]
    case .attribute: []
    case .tuple(let targets): targets.flatMap(\.names)
    }
  }
}

/// Something that writes to the output or changes variables.
indirect enum Statement: Sendable {
  case text(Text)
  case output(Expression)
  case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
  case loop(Loop)
  case set(Target, Expression)
  case setBlock(Target, filter: Expression, body: [Statement])
  case macro(Macro)
  case callBlock(Call, Macro, line: Int)
  case filterBlock(Expression, body: [Statement])
  case with([(Target, Expression)], body: [Statement])
  /// A body with variables of its own.
  case scope([Statement])
  case block(name: Int, isScoped: Bool, body: [Statement])
  case autoescape(Expression, body: [Statement])
  case breakLoop
  case continueLoop
  case unsupported(String, line: Int)
}

struct Loop: Sendable {
  let target: Target
  let sequence: Expression
  let filter: Expression?
  let isRecursive: Bool
  /// Whether the body mentions `loop`.
  let usesLoop: Bool
  let body: [Statement]
  let otherwise: [Statement]
  let line: Int
}

struct Macro: Sendable {
  let name: String?
  let symbol: Int?
  let parameters: [(symbol: Int, name: String, defaultValue: Expression?)]
  let body: [Statement]
  let usesCaller: Bool
  let usesNamed: Bool
  let usesRest: Bool
  let line: Int
}
