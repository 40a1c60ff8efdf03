/// Goes through the elements of whatever can be iterated over.
struct ElementIterator {
  private enum Source {
    case values([Value])
    case characters(Text)
    case range(IntegerRange)
    case generator(Generator)
    case loop(LoopState)
  }

  private let source: Source
  private var position = 0
  let nesting: Int

  /// Nil for what cannot be iterated over.
  init?(_ value: Value) {
    nesting = value.nesting
    switch value {
    case .list(let elements), .tuple(let elements): source = .values(elements.values)
    case .dictionary(let dictionary): source = .values(dictionary.keys)
    case .view(let view): source = .values(view.elements)
    case .text(let text): source = .characters(text)
    case .range(let range): source = .range(range)
    case .generator(let generator): source = .generator(generator)
    case .loop(let loop): source = .loop(loop)
    case .undefined: source = .values([])
    default: return nil
    }
  }

  init(_ values: [Value]) {
    source = .values(values)
    nesting = values.lazy.map(\.nesting).max() ?? 0
  }

  /// How many elements there are, where that is known without making them.
  var knownCount: Int? {
    switch source {
    case .values(let values): values.count
    case .characters(let text): text.count
    case .range(let range): range.count
    case .generator, .loop: nil
    }
  }

  mutating func next(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
    switch source {
    case .values(let values):
      guard position < values.count else { return nil }
      position += 1
      return values[position - 1]
    case .characters(let text):
      guard position < text.bytes.count else { return nil }
      let end = min(position + text.scalarLength(at: position), text.bytes.count)
      defer { position = end }
      try evaluator.charge(bytes: 48)
      return .text(text.slice(position..<end))
    case .range(let range):
      guard position < range.count else { return nil }
      position += 1
      return .integer(range[position - 1])
    case .generator(let generator): return try generator.pull(evaluator)
    case .loop(let loop): return try loop.advance(evaluator).map { .tuple(Elements([$0, .loop(loop)])) }
    }
  }
}
