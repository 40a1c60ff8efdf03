extension Evaluator {
  func call(_ callee: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch callee {
    case .macro(let closure): return try call(closure, arguments)
    case .method(let method): return try call(method, arguments)
    case .function(let function): return try call(function, arguments)
    case .loop(let loop):
      guard let recursion = loop.recursion else {
        throw failure(.invalidOperation, "'loop' can only be called in a loop that says 'recursive'")
      }
      let values = try arguments.bound(to: ["iterable"], required: 1, of: "loop", self)
      let text = try recurse(
        recursion.loop, over: values[0] ?? .none, recursion.scope, depth0: loop.depth0 + 1)
      return .text(text)
    case .joiner(let joiner):
      _ = try arguments.bound(to: [], of: "joiner", self)
      defer { joiner.isUsed = true }
      return joiner.isUsed ? joiner.separator : .text(.empty)
    default: throw failure(callee, "a \(callee.typeName) cannot be called")
    }
  }

  // MARK: - Macros

  private func call(_ closure: MacroClosure, _ arguments: Arguments) throws(TemplateError) -> Value {
    try enter()
    defer { leave() }
    let macro = closure.macro
    let name = macro.name ?? "caller"
    let scope = Scope(parent: closure.scope)
    try step((macro.parameters.count &* arguments.named.count) / 8)
    var named = arguments.named
    func take(_ name: String) -> Value? {
      named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
    }
    var given: [Value?] = []
    for (index, parameter) in macro.parameters.enumerated() {
      let value = index < arguments.positional.count ? arguments.positional[index] : take(parameter.name)
      given.append(value)
      // Until its turn has come, a parameter hides what has its name outside.
      scope.set(parameter.symbol, to: value ?? .undefined(Undefined(.name(parameter.name))))
    }
    if macro.usesCaller {
      scope.set(
        SymbolTable.caller, to: take("caller") ?? .undefined(Undefined(.hint("the macro was called without a body"))))
    }
    if macro.usesNamed {
      var builder = DictionaryBuilder()
      for (name, value) in named { builder.set(Text(name), to: value) }
      scope.set(SymbolTable.kwargs, to: try dictionary(builder))
    } else if let extra = named.first {
      throw failure(.invalidOperation, "macro '\(name)' takes no argument '\(extra.name)'")
    }
    let rest = arguments.positional.dropFirst(macro.parameters.count)
    if macro.usesRest {
      scope.set(SymbolTable.varargs, to: try tuple(Array(rest)))
    } else if !rest.isEmpty {
      throw failure(.invalidOperation, "macro '\(name)' takes at most \(macro.parameters.count) arguments")
    }
    for (parameter, value) in zip(macro.parameters, given) where value == nil {
      let fallback =
        if let defaultValue = parameter.defaultValue {
          try evaluate(defaultValue, scope)
        } else { Value.undefined(Undefined(.hint("parameter '\(parameter.name)' was not provided"))) }
      scope.set(parameter.symbol, to: fallback)
    }
    return .text(try capture(macro.body, in: scope).text)
  }

  // MARK: - Functions

  private func call(_ function: GlobalFunction, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = function.rawValue
    switch function {
    case .range: return .range(try range(arguments))
    case .namespace, .dict:
      let builder = try members(arguments, of: name)
      return function == .dict ? try dictionary(builder) : try namespace(builder)
    case .cycler:
      guard arguments.named.isEmpty, !arguments.positional.isEmpty else {
        throw failure(.invalidOperation, "'cycler' needs at least one argument")
      }
      return .cycler(Cycler(try elements(arguments.positional)))
    case .joiner:
      let values = try arguments.bound(to: ["sep"], of: name, self)
      return .joiner(Joiner(values[0] ?? .text(", ")))
    case .raiseException:
      let values = try arguments.bound(to: ["message"], required: 1, of: name, self)
      throw TemplateError(.raised, try text(of: values[0] ?? .none).string, line: line)
    case .strftimeNow:
      let values = try arguments.bound(to: ["format"], required: 1, of: name, self)
      let format = try string(values[0] ?? .none)
      try charge(bytes: format.bytes.count * 32)
      return try text(Text(now.formatted(format.string)))
    case .lipsum: throw failure(.unsupported, "'lipsum' writes filler text, which no prompt needs")
    }
  }

  private func range(_ arguments: Arguments) throws(TemplateError) -> IntegerRange {
    guard arguments.named.isEmpty, (1...3).contains(arguments.positional.count) else {
      throw failure(.invalidOperation, "'range' takes one to three whole numbers")
    }
    var numbers: [Int] = []
    for value in arguments.positional { numbers.append(try integer(value, default: 0)) }
    let (start, stop) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    if step == 0 { throw failure(.invalidOperation, "the step of 'range' cannot be 0") }
    let (distance, overflow) =
      step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
    if distance <= 0, !overflow { return IntegerRange(start: start, stop: stop, step: step, count: 0) }
    let isEmpty = step > 0 ? stop <= start : start <= stop
    if isEmpty { return IntegerRange(start: start, stop: stop, step: step, count: 0) }
    let count = overflow ? UInt.max : (distance.magnitude - 1) / step.magnitude + 1
    guard count <= 100_000 else { throw failure(.limitExceeded, "'range' has more than 100000 numbers") }
    return IntegerRange(start: start, stop: stop, step: step, count: Int(count))
  }

  /// What `dict(…)` makes of a mapping or of pairs, and of named arguments.
  private func members(_ arguments: Arguments, of function: String) throws(TemplateError) -> DictionaryBuilder {
    var builder = DictionaryBuilder()
    if arguments.positional.count > 1 { throw failure(.invalidOperation, "'\(function)' takes one mapping at most") }
    if let source = arguments.positional.first {
      if case .dictionary(let dictionary) = source {
        for (key, value) in zip(dictionary.keys, dictionary.values) { builder.set(try self.key(key), key, to: value) }
      } else {
        for pair in try array(source) {
          let parts = try array(pair)
          guard parts.count == 2 else { throw failure(.invalidOperation, "'\(function)' needs pairs of key and value") }
          builder.set(try key(parts[0]), parts[0], to: parts[1])
        }
      }
    }
    for (name, value) in arguments.named { builder.set(Text(name), to: value) }
    return builder
  }

  // MARK: - Methods of what is not a string

  private func call(_ method: BoundMethod, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = method.name
    switch method.receiver {
    case .text(let text):
      guard let method = TextMethod(rawValue: name) else { break }
      return try call(method, on: text, arguments)
    case .dictionary(let dictionary):
      switch name {
      case "get":
        let values = try arguments.bound(to: ["key", "default"], required: 1, of: name, self)
        return dictionary[try key(values[0] ?? .none)] ?? values[1] ?? .none
      case "copy":
        _ = try arguments.bound(to: [], of: name, self)
        return method.receiver
      default:
        _ = try arguments.bound(to: [], of: name, self)
        guard let part = DictionaryView.Part(rawValue: name) else { break }
        try charge(elements: dictionary.keys.count)
        return .view(DictionaryView(dictionary, part))
      }
    case .list, .tuple, .range:
      if name == "copy" { return method.receiver }
      return try find(in: method.receiver, name, arguments)
    case .loop(let loop):
      guard arguments.named.isEmpty else { break }
      if name == "changed" { return .bool(try loop.changed(arguments.positional, self)) }
      guard !arguments.positional.isEmpty else { throw failure(.invalidOperation, "'loop.cycle' needs values") }
      return arguments.positional[max(loop.index0, 0) % arguments.positional.count]
    case .cycler(let cycler):
      _ = try arguments.bound(to: [], of: name, self)
      if name == "reset" {
        cycler.position = 0
        return .none
      }
      defer { cycler.position = (cycler.position + 1) % cycler.elements.values.count }
      return cycler.elements.values[cycler.position]
    default: break
    }
    throw failure(.invalidOperation, "'\(name)' of a \(method.receiver.typeName) cannot be called so")
  }

  /// `count` and `index` of a sequence.
  private func find(in sequence: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(to: ["value", "start", "stop"], required: 1, of: name, self)
    let elements = try array(sequence)
    let wanted = values[0] ?? .none
    func bound(_ value: Value?, _ fallback: Int) throws(TemplateError) -> Int {
      let index = try integer(value, default: fallback)
      return min(max(index < 0 ? index + elements.count : index, 0), elements.count)
    }
    let start = try bound(values[1], 0)
    let stop = try bound(values[2], elements.count)
    var count = 0
    for index in start..<max(start, stop) where try areEqual(elements[index], wanted) {
      if name == "index" { return .integer(index) }
      count += 1
    }
    if name == "index" { throw failure(.invalidOperation, "the value is not among the elements") }
    return .integer(count)
  }
}
