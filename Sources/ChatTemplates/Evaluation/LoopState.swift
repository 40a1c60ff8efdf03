/// `loop`: how far a `for` has come.
final class LoopState {
  /// 0 for the first element, -1 before it.
  private(set) var index0 = -1
  /// How many recursive loops this one is in.
  let depth0: Int
  let nesting: Int
  /// What runs the loop again on other elements; only in a recursive loop.
  let recursion: (loop: Loop, scope: Scope)?
  private var iterator: ElementIterator
  private var count: Int?
  private var upcoming: Value?
  private var current: Value?
  private var previous: Value?
  private var lastChanged: [Value]?

  init(_ iterator: ElementIterator, recursion: (loop: Loop, scope: Scope)?, depth0: Int) {
    self.iterator = iterator
    self.recursion = recursion
    self.depth0 = depth0
    nesting = iterator.nesting + 1
    count = iterator.knownCount
  }

  /// The next element, or nil at the end.
  func advance(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
    guard let next = try peek(evaluator) else { return nil }
    upcoming = nil
    index0 += 1
    previous = current
    current = next
    return next
  }

  private func peek(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
    if upcoming == nil { upcoming = try iterator.next(evaluator) }
    return upcoming
  }

  /// How many elements there are in all. Those that nobody has counted are made now.
  func length(_ evaluator: Evaluator) throws(TemplateError) -> Int {
    if let count { return count }
    var rest: [Value] = []
    while let value = try iterator.next(evaluator) {
      try evaluator.charge(elements: 1)
      rest.append(value)
    }
    iterator = ElementIterator(rest)
    let length = rest.count + index0 + 1 + (upcoming == nil ? 0 : 1)
    count = length
    return length
  }

  /// A member such as `loop.index`, or nil if there is none of that name.
  func member(_ name: String, _ evaluator: Evaluator) throws(TemplateError) -> Value? {
    switch name {
    case "index": .integer(index0 + 1)
    case "index0": .integer(index0)
    case "first": .bool(index0 == 0)
    case "last": .bool(try peek(evaluator) == nil)
    case "length": .integer(try length(evaluator))
    case "revindex": .integer(try length(evaluator) - index0)
    case "revindex0": .integer(try length(evaluator) - index0 - 1)
    case "depth": .integer(depth0 + 1)
    case "depth0": .integer(depth0)
    case "previtem":
      index0 == 0 ? .undefined(Undefined(.hint("there is no previous item"))) : previous ?? .none
    case "nextitem": try peek(evaluator) ?? .undefined(Undefined(.hint("there is no next item")))
    case "cycle", "changed": .method(BoundMethod(.loop(self), name))
    default: nil
    }
  }

  /// Whether the values differ from those of the last call.
  func changed(_ values: [Value], _ evaluator: Evaluator) throws(TemplateError) -> Bool {
    evaluator.hold(self)
    if let lastChanged, try evaluator.areEqual(lastChanged, values) { return false }
    lastChanged = values
    return true
  }

  /// Lets go of what `changed` was given, which may hold this very loop.
  func forgetChanges() { lastChanged = nil }
}
