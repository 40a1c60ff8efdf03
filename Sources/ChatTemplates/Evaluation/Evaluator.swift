/// Renders one template once.
final class Evaluator {
  let symbols: SymbolTable
  let now: CivilDate
  let limits: TemplateLimits
  /// What has been written so far, by the innermost block that catches output.
  var output = TextBuilder()
  /// What `filter` and `set` blocks have caught.
  var captured: [Text] = []
  /// The line being evaluated, for errors.
  var line = 1

  private var stepsLeft: Int
  private var memoryLeft: Int
  private var depth = 0
  /// What can be part of a circle of references, and is taken apart at the end.
  private var namespaces: [Namespace] = []
  private var scopes: [Scope] = []
  private var loops: [LoopState] = []

  /// How many levels of containers a value may have.
  private static let maximumNesting = 200

  init(symbols: SymbolTable, now: CivilDate, limits: TemplateLimits) {
    self.symbols = symbols
    self.now = now
    self.limits = limits
    stepsLeft = limits.steps
    memoryLeft = limits.memoryBytes
  }

  /// Renders the template's statements with the variables of the outermost scope.
  func render(_ body: [Statement], _ root: Scope) throws(TemplateError) -> Text {
    scopes.append(root)
    defer { takeApart() }
    _ = try render(body, in: root)
    return output.finish()
  }

  private func takeApart() {
    for scope in scopes { scope.removeAll() }
    for namespace in namespaces { namespace.members = DictionaryBuilder() }
    for loop in loops { loop.forgetChanges() }
  }

  // MARK: - Errors and limits

  func failure(_ code: TemplateError.Code, _ message: String) -> TemplateError {
    TemplateError(code, message + (message.hasSuffix(".") ? "" : "."), line: line)
  }

  func undefinedFailure(_ undefined: Undefined) -> TemplateError { failure(.undefinedOperation, undefined.message) }

  /// An operation that a value does not support: its being undefined is then the more helpful thing to say.
  func failure(_ value: Value, _ message: @autoclosure () -> String) -> TemplateError {
    if case .undefined(let undefined) = value { return undefinedFailure(undefined) }
    return failure(.invalidOperation, message())
  }

  func step(_ count: Int = 1) throws(TemplateError) {
    stepsLeft -= count
    if stepsLeft < 0 { throw failure(.limitExceeded, "rendering takes more than \(limits.steps) steps") }
  }

  /// Accounts for a string that is made, and for the work.
  func charge(bytes: Int) throws(TemplateError) {
    memoryLeft -= bytes
    if memoryLeft < 0 {
      throw failure(.limitExceeded, "rendering takes more than \(limits.memoryBytes) bytes of memory")
    }
    try step(bytes / 64)
  }

  /// Accounts for a list that is made.
  func charge(elements: Int) throws(TemplateError) {
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: 32)
    try charge(bytes: overflow ? .max : bytes)
  }

  /// Accounts for something repeated before it is made.
  func charge(_ size: Int, times count: Int) throws(TemplateError) {
    let (bytes, overflow) = size.multipliedReportingOverflow(by: max(count, 0))
    try charge(bytes: overflow ? .max : bytes)
  }

  func enter() throws(TemplateError) {
    depth += 1
    if depth > limits.depth {
      throw failure(.limitExceeded, "macros, blocks and expressions nest more than \(limits.depth) deep")
    }
  }

  func leave() { depth -= 1 }

  func checkNesting(_ nesting: Int) throws(TemplateError) {
    if nesting > Self.maximumNesting {
      throw failure(.limitExceeded, "lists and mappings nest more than \(Self.maximumNesting) deep")
    }
  }

  // MARK: - Making values

  func list(_ values: [Value]) throws(TemplateError) -> Value { .list(try elements(values)) }
  func tuple(_ values: [Value]) throws(TemplateError) -> Value { .tuple(try elements(values)) }

  func elements(_ values: [Value], isGroup: Bool = false) throws(TemplateError) -> Elements {
    try charge(elements: values.count + 1)
    let elements = Elements(values, isGroup: isGroup)
    try checkNesting(elements.nesting)
    return elements
  }

  func dictionary(_ builder: DictionaryBuilder) throws(TemplateError) -> Value {
    try charge(elements: 2 * builder.keys.count + 1)
    let dictionary = Dictionary(builder)
    try checkNesting(dictionary.nesting)
    return .dictionary(dictionary)
  }

  func namespace(_ builder: DictionaryBuilder) throws(TemplateError) -> Value {
    try charge(elements: 2 * builder.keys.count + 4)
    let namespace = Namespace(builder)
    namespaces.append(namespace)
    return .namespace(namespace)
  }

  func text(_ text: Text) throws(TemplateError) -> Value {
    try charge(bytes: text.size + 32)
    return .text(text)
  }

  func generator(
    _ name: String, over nesting: Int, next: @escaping (Evaluator) throws(TemplateError) -> Value?
  ) throws(TemplateError) -> Value {
    try checkNesting(nesting + 1)
    try charge(elements: 4)
    return .generator(Generator(name, nesting: nesting + 1, next: next))
  }

  /// The key that a value is in a dictionary.
  func key(_ value: Value) throws(TemplateError) -> DictionaryKey {
    try step(value.weight)
    guard let key = DictionaryKey(value) else {
      throw failure(.invalidOperation, "a \(value.typeName) cannot be a key")
    }
    return key
  }

  /// Remembers a scope that macros hold, until rendering ends.
  func hold(_ scope: Scope) {
    if scopes.last !== scope { scopes.append(scope) }
  }

  func hold(_ loop: LoopState) {
    if loops.last !== loop { loops.append(loop) }
  }

  // MARK: - Elements

  func iterator(_ value: Value) throws(TemplateError) -> ElementIterator {
    guard let iterator = ElementIterator(value) else {
      throw failure(.invalidOperation, "a \(value.typeName) has no elements to go through")
    }
    return iterator
  }

  /// All elements of what can be iterated over.
  func array(_ value: Value) throws(TemplateError) -> [Value] {
    switch value {
    case .list(let elements), .tuple(let elements): return elements.values
    default: break
    }
    var iterator = try iterator(value)
    var values: [Value] = []
    while let element = try iterator.next(self) {
      try charge(elements: 1)
      values.append(element)
    }
    return values
  }
}
