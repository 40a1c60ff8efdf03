/// A value of the template language: Python's, as far as templates can tell.
///
/// Lists and dictionaries never change once made, so no value can contain itself. Only namespaces change; they are
/// taken apart when rendering ends.
enum Value {
  case undefined(Undefined)
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(Text)
  case list(Elements)
  case tuple(Elements)
  case dictionary(Dictionary)
  case range(IntegerRange)
  case view(DictionaryView)
  case generator(Generator)
  case namespace(Namespace)
  case macro(MacroClosure)
  case loop(LoopState)
  case cycler(Cycler)
  case joiner(Joiner)
  case function(GlobalFunction)
  case method(BoundMethod)

  static func text(_ string: String) -> Value { .text(Text(string)) }

  /// How Python calls the type, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .number: "float"
    case .text(let text): text.isMarkup ? "Markup" : "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .range: "range"
    case .view(let view): "dict_" + view.part.rawValue
    case .generator: "generator"
    case .namespace: "Namespace"
    case .macro: "Macro"
    case .loop: "LoopContext"
    case .cycler: "Cycler"
    case .joiner: "Joiner"
    case .function: "function"
    case .method: "method"
    }
  }

  /// How many levels of containers this is.
  var nesting: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.nesting
    case .dictionary(let dictionary): dictionary.nesting
    case .view(let view): view.dictionary.nesting
    case .generator(let generator): generator.nesting
    case .method(let method): method.receiver.nesting + 1
    case .cycler(let cycler): cycler.elements.nesting + 1
    case .loop(let loop): loop.nesting
    default: 0
    }
  }

  /// What going through all of a tuple costs; other values count as one.
  var weight: Int {
    switch self {
    case .tuple(let elements), .list(let elements): elements.weight
    default: 1
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }
  var isNone: Bool { if case .none = self { true } else { false } }

  /// What `if` makes of it.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.values.isEmpty
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .range(let range): range.count > 0
    case .view(let view): !view.dictionary.keys.isEmpty
    default: true
    }
  }

  /// The whole number that Python would take this for as an index: also a truth value.
  var index: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number, also of a truth value.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .bool(let value): value ? 1 : 0
    case .number(let value): value
    default: nil
    }
  }
}

/// What a name or member that is not there evaluates to. It can be printed, as nothing, tested and iterated over.
final class Undefined: Sendable {
  enum Reason: Sendable {
    case name(String)
    case attribute(ofType: String, String)
    case element(ofType: String, String)
    case hint(String)
  }

  let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  var message: String {
    switch reason {
    case .name(let name): "'\(name)' is undefined"
    case .attribute(let type, let name): "'\(type)' has no attribute '\(name)'"
    case .element(let type, let index): "\(type) has no element \(index)"
    case .hint(let hint): hint
    }
  }
}

/// The elements of a list or tuple.
final class Elements {
  let values: [Value]
  let nesting: Int
  /// How many values this is, those of its elements included; one that is an element twice counts twice.
  let weight: Int
  /// Whether this is a group with the members `grouper` and `list`.
  let isGroup: Bool

  init(_ values: [Value], isGroup: Bool = false) {
    self.values = values
    self.isGroup = isGroup
    var nesting = 0
    var weight = 1
    for value in values {
      nesting = max(nesting, value.nesting)
      weight = min(weight + value.weight, 1 << 40)
    }
    self.nesting = nesting + 1
    self.weight = weight
  }
}

/// `range(start, stop, step)`.
final class IntegerRange {
  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  init(start: Int, stop: Int, step: Int, count: Int) {
    self.start = start
    self.stop = stop
    self.step = step
    self.count = count
  }

  /// The number at an index below `count`, which keeps the sum within bounds.
  subscript(index: Int) -> Int { start &+ index &* step }
}

/// `keys()`, `values()` or `items()` of a dictionary.
final class DictionaryView {
  enum Part: String { case keys, values, items }

  let dictionary: Dictionary
  let part: Part

  init(_ dictionary: Dictionary, _ part: Part) {
    self.dictionary = dictionary
    self.part = part
  }

  /// The keys, the values, or both as tuples.
  var elements: [Value] {
    switch part {
    case .keys: dictionary.keys
    case .values: dictionary.values
    case .items: zip(dictionary.keys, dictionary.values).map { .tuple(Elements([$0, $1])) }
    }
  }
}

/// What `map`, `select` and their like return: elements that are made as they are asked for, once.
final class Generator {
  let name: String
  let nesting: Int
  private let next: (Evaluator) throws(TemplateError) -> Value?
  private var isFinished = false

  init(_ name: String, nesting: Int, next: @escaping (Evaluator) throws(TemplateError) -> Value?) {
    self.name = name
    self.nesting = nesting
    self.next = next
  }

  func pull(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
    if isFinished { return nil }
    try evaluator.enter()
    defer { evaluator.leave() }
    let value: Value?
    do { value = try next(evaluator) } catch {
      isFinished = true
      throw error
    }
    if value == nil { isFinished = true }
    return value
  }
}

/// `namespace(…)`: the one thing whose members a template can set.
final class Namespace {
  var members: DictionaryBuilder

  init(_ members: DictionaryBuilder) { self.members = members }
}

/// A macro with the variables around it.
final class MacroClosure {
  let macro: Macro
  let scope: Scope

  init(_ macro: Macro, in scope: Scope) {
    self.macro = macro
    self.scope = scope
  }
}

/// `cycler('odd', 'even')`.
final class Cycler {
  let elements: Elements
  var position = 0

  init(_ elements: Elements) { self.elements = elements }
}

/// `joiner(', ')`: nothing the first time, then the separator.
final class Joiner {
  let separator: Value
  var isUsed = false

  init(_ separator: Value) { self.separator = separator }
}

/// A method with the value it belongs to.
final class BoundMethod {
  let receiver: Value
  let name: String

  init(_ receiver: Value, _ name: String) {
    self.receiver = receiver
    self.name = name
  }
}

/// The functions that every template has.
enum GlobalFunction: String, CaseIterable {
  case range
  case namespace
  case dict
  case cycler
  case joiner
  case lipsum
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
}
