/// How a body ends.
enum Flow {
  case normal
  case breaksLoop
  case continuesLoop
}

extension Evaluator {
  func render(_ body: [Statement], in scope: Scope) throws(TemplateError) -> Flow {
    try enter()
    defer { leave() }
    for statement in body {
      let flow = try render(statement, in: scope)
      if flow != .normal { return flow }
    }
    return .normal
  }

  private func render(_ statement: Statement, in scope: Scope) throws(TemplateError) -> Flow {
    try step()
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression): try write(text(of: try evaluate(expression, scope)))
    case .conditional(let branches, let otherwise):
      for (test, body) in branches where try evaluate(test, scope).isTrue { return try render(body, in: scope) }
      return otherwise.isEmpty ? .normal : try render(otherwise, in: scope)
    case .loop(let loop):
      let sequence = try evaluate(loop.sequence, scope)
      guard loop.isRecursive else { return try run(loop, over: sequence, scope, depth0: 0) }
      try write(try recurse(loop, over: sequence, scope, depth0: 0))
    case .set(let target, let expression): try assign(try evaluate(expression, scope), to: target, scope)
    case .setBlock(let target, let filter, let body):
      let inner = Scope(parent: scope)
      let (text, flow) = try capture(body, in: inner)
      if flow != .normal { return flow }
      try assign(try evaluate(filter, captured: text, inner), to: target, scope)
    case .macro(let macro):
      hold(scope)
      if let symbol = macro.symbol { scope.set(symbol, to: .macro(MacroClosure(macro, in: scope))) }
    case .callBlock(let call, let macro, let line):
      let callee = try evaluate(call.callee, scope)
      var arguments = try evaluate(call.arguments, scope)
      self.line = line
      arguments.named.append(("caller", .macro(MacroClosure(macro, in: scope))))
      try write(blockResult: try self.call(callee, arguments))
    case .filterBlock(let filter, let body):
      let inner = Scope(parent: scope)
      let (text, flow) = try capture(body, in: inner)
      if flow != .normal { return flow }
      try write(blockResult: try evaluate(filter, captured: text, inner))
    case .with(let assignments, let body):
      let inner = Scope(parent: scope)
      for (target, expression) in assignments { try assign(try evaluate(expression, scope), to: target, inner) }
      return try render(body, in: inner)
    case .scope(let body): return try render(body, in: Scope(parent: scope))
    case .block(_, let isScoped, let body): return try render(body, in: Scope(parent: isScoped ? scope : scope.root))
    case .autoescape(let mode, let body):
      if try evaluate(mode, scope).isTrue { throw failure(.unsupported, "'autoescape': a prompt is not HTML") }
      return try render(body, in: Scope(parent: scope))
    case .breakLoop: return .breaksLoop
    case .continueLoop: return .continuesLoop
    case .unsupported(let message, let line): throw TemplateError(.unsupported, message + ".", line: line)
    }
    return .normal
  }

  /// Adds to the output.
  func write(_ text: Text) throws(TemplateError) {
    try charge(bytes: text.size)
    output.append(text)
    if output.bytes.count > limits.outputBytes {
      throw failure(.limitExceeded, "the result is longer than \(limits.outputBytes) bytes")
    }
  }

  /// Adds what a `filter` or `call` block makes of its body. Unlike `{{ … }}`, Jinja takes only strings there.
  private func write(blockResult value: Value) throws(TemplateError) {
    guard case .text(let text) = value else {
      throw failure(value, "the block makes a \(value.typeName) of its body, not a string")
    }
    try write(text)
  }

  /// What a body writes, instead of writing it.
  func capture(_ body: [Statement], in scope: Scope) throws(TemplateError) -> (text: Text, flow: Flow) {
    let outer = output
    output = TextBuilder()
    let flow = try render(body, in: scope)
    let text = output.finish()
    output = outer
    return (text, flow)
  }

  private func evaluate(
    _ filter: Expression, captured text: Text, _ scope: Scope
  ) throws(TemplateError) -> Value {
    captured.append(text)
    let value = try evaluate(filter, scope)
    captured.removeLast()
    return value
  }

  // MARK: - Loops

  /// Runs a loop's body for each element.
  private func run(_ loop: Loop, over sequence: Value, _ scope: Scope, depth0: Int) throws(TemplateError) -> Flow {
    line = loop.line
    var elements = try iterator(sequence)
    if let filter = loop.filter { elements = try filtered(elements, loop.target, filter, scope) }
    var state: LoopState?
    if loop.usesLoop {
      try checkNesting(elements.nesting + 1)
      state = LoopState(elements, recursion: loop.isRecursive ? (loop, scope) : nil, depth0: depth0)
    }
    // As in Jinja, a body left by break or continue does not count as one that ran.
    var hasRun = false
    var inner = Scope(parent: scope)
    while true {
      let next = if let state { try state.advance(self) } else { try elements.next(self) }
      guard let element = next else { break }
      try step()
      if isKnownUniquelyReferenced(&inner) { inner.removeAll() } else { inner = Scope(parent: scope) }
      if let state { inner.set(SymbolTable.loop, to: .loop(state)) }
      try assign(element, to: loop.target, inner)
      switch try render(loop.body, in: inner) {
      case .normal: hasRun = true
      case .continuesLoop: continue
      case .breaksLoop: return hasRun ? .normal : try runOtherwise(loop, scope)
      }
    }
    return hasRun ? .normal : try runOtherwise(loop, scope)
  }

  private func runOtherwise(_ loop: Loop, _ scope: Scope) throws(TemplateError) -> Flow {
    loop.otherwise.isEmpty ? .normal : try render(loop.otherwise, in: Scope(parent: scope))
  }

  /// What a recursive loop writes.
  func recurse(_ loop: Loop, over sequence: Value, _ scope: Scope, depth0: Int) throws(TemplateError) -> Text {
    try enter()
    defer { leave() }
    let outer = output
    output = TextBuilder()
    _ = try run(loop, over: sequence, scope, depth0: depth0)
    let text = output.finish()
    output = outer
    return text
  }

  private func filtered(
    _ elements: ElementIterator, _ target: Target, _ filter: Expression, _ scope: Scope
  ) throws(TemplateError) -> ElementIterator {
    var elements = elements
    let generator = try generator("loop", over: elements.nesting) { (evaluator) throws(TemplateError) in
      while let element = try elements.next(evaluator) {
        try evaluator.step()
        let inner = Scope(parent: scope)
        try evaluator.assign(element, to: target, inner)
        if try evaluator.evaluate(filter, inner).isTrue { return try evaluator.value(of: target, inner, element) }
      }
      return nil
    }
    return try iterator(generator)
  }

  /// What a filtered loop goes on with: elements that were unpacked have become tuples.
  private func value(of target: Target, _ scope: Scope, _ element: Value) throws(TemplateError) -> Value {
    switch target {
    case .name(let symbol): return scope.value(of: symbol) ?? element
    case .attribute: return element
    case .tuple(let targets):
      var values: [Value] = []
      for target in targets { values.append(try value(of: target, scope, element)) }
      return try tuple(values)
    }
  }

  // MARK: - Assignments

  func assign(_ value: Value, to target: Target, _ scope: Scope) throws(TemplateError) {
    switch target {
    case .name(let symbol): scope.set(symbol, to: value)
    case .attribute(let symbol, let name):
      guard case .namespace(let namespace)? = scope.value(of: symbol) else {
        throw failure(.invalidOperation, "'\(symbols.names[symbol])' is not a namespace, so its members cannot be set")
      }
      try charge(elements: 1)
      namespace.members.set(name.text, to: value)
    case .tuple(let targets):
      var elements = try iterator(value)
      for target in targets {
        guard let element = try elements.next(self) else {
          throw failure(.invalidOperation, "fewer than \(targets.count) values to unpack")
        }
        try assign(element, to: target, scope)
      }
      if try elements.next(self) != nil {
        throw failure(.invalidOperation, "more than \(targets.count) values to unpack")
      }
    }
  }
}
