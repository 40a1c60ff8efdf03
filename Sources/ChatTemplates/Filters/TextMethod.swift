/// The methods of strings, as Python has them.
enum TextMethod: String {
  case capitalize, casefold, center, count, encode, endswith, expandtabs, find, format, index, isalnum, isalpha,
    isascii, isdecimal, isdigit, isidentifier, islower, isnumeric, isprintable, isspace, istitle, isupper, join, ljust,
    lower, lstrip, maketrans, partition, removeprefix, removesuffix, replace, rfind, rindex, rjust, rpartition, rsplit,
    rstrip, split, splitlines, startswith, strip, swapcase, title, translate, upper, zfill
  case formatMap = "format_map"
}

extension Evaluator {
  func call(_ method: TextMethod, on text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = method.rawValue
    try charge(bytes: text.bytes.count)
    /// Arguments that Python takes by position only.
    func positional(_ parameters: [String], required: Int = 0) throws(TemplateError) -> [Value?] {
      if let extra = arguments.named.first {
        throw failure(.invalidOperation, "'\(name)' cannot take the argument '\(extra.name)'")
      }
      return try arguments.bound(to: parameters, required: required, of: name, self)
    }
    func noArguments() throws(TemplateError) { _ = try positional([]) }

    switch method {
    case .capitalize, .title, .lower, .upper, .swapcase:
      try noArguments()
      return .text(changedCase(of: text, method))
    case .islower, .isupper, .istitle, .isascii, .isspace, .isalpha, .isalnum, .isdecimal, .isdigit, .isnumeric,
      .isidentifier, .isprintable:
      try noArguments()
      return .bool(has(method, text))
    case .strip, .lstrip, .rstrip:
      let characters = try positional(["chars"])[0]
      return .text(try stripped(text, of: characters, start: method != .rstrip, end: method != .lstrip))
    case .split, .rsplit:
      let values = try arguments.bound(to: ["sep", "maxsplit"], of: name, self)
      return try split(text, by: values[0], limit: values[1], fromEnd: method == .rsplit)
    case .splitlines:
      let keepsEnds = try arguments.bound(to: ["keepends"], of: name, self)[0]?.isTrue ?? false
      try charge(elements: 3 * text.lineCount)
      return try list(text.lines(keepsEnds: keepsEnds).map { .text($0) })
    case .partition, .rpartition:
      let separator = try string(try positional(["sep"], required: 1)[0] ?? .none)
      return try partition(text, by: separator, fromEnd: method == .rpartition)
    case .startswith, .endswith:
      let values = try positional(["prefix", "start", "end"], required: 1)
      return .bool(try hasAffix(text, values, atEnd: method == .endswith))
    case .removeprefix, .removesuffix:
      let affix = try string(try positional(["affix"], required: 1)[0] ?? .none)
      let (whole, part) = (text.bytes.count, affix.bytes.count)
      if method == .removeprefix {
        return .text(text.bytes.starts(with: affix.bytes) ? text.slice(part..<whole) : text)
      }
      let isSuffix = whole >= part && text.bytes[(whole - part)...].elementsEqual(affix.bytes)
      return .text(isSuffix ? text.slice(0..<(whole - part)) : text)
    case .find, .rfind, .index, .rindex, .count:
      return try search(method, text, try positional(["sub", "start", "end"], required: 1))
    case .replace:
      let values = try positional(["old", "new", "count"], required: 2)
      let (old, new) = (try string(values[0] ?? .none), try string(values[1] ?? .none))
      return try self.text(try replaced(text, old, new, limit: try integer(values[2], default: -1)))
    case .join:
      var parts: [Text] = []
      for value in try array(try positional(["iterable"], required: 1)[0] ?? .none) { parts.append(try string(value)) }
      return try self.text(try joined(parts, by: text))
    case .center, .ljust, .rjust, .zfill:
      return .text(try padded(text, method, try positional(["width", "fillchar"], required: 1)))
    case .expandtabs:
      let size = try integer(try arguments.bound(to: ["tabsize"], of: name, self)[0], default: 8)
      return try self.text(try withoutTabs(text, size: size))
    case .format: return try self.text(try formatted(text, arguments))
    case .formatMap:
      guard case .dictionary(let dictionary) = try positional(["mapping"], required: 1)[0] ?? .none else {
        throw failure(.invalidOperation, "'format_map' needs a mapping")
      }
      var named = Arguments()
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        if case .text(let key) = key { named.named.append((key.string, value)) }
      }
      return try self.text(try formatted(text, named))
    case .casefold, .encode, .maketrans, .translate:
      throw failure(.unsupported, "the string method '\(name)' is not supported")
    }
  }

  private func changedCase(of text: Text, _ method: TextMethod) -> Text {
    switch method {
    case .capitalize: text.capitalized()
    case .title: text.titlecased()
    case .lower: text.lowercased()
    case .upper: text.uppercased()
    default: text.caseSwapped()
    }
  }

  private func has(_ method: TextMethod, _ text: Text) -> Bool {
    let scalars = text.string.unicodeScalars
    func all(_ predicate: (Unicode.Scalar) -> Bool) -> Bool { !scalars.isEmpty && scalars.allSatisfy(predicate) }
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
      default: false
      }
    }
    return switch method {
    case .islower: text.isAll(uppercase: false)
    case .isupper: text.isAll(uppercase: true)
    case .istitle: text.isTitle
    case .isascii: text.isASCII
    case .isspace: all { Whitespace.isWhitespace($0.value) }
    case .isalpha: all(isLetter)
    case .isalnum: all { isLetter($0) || $0.properties.numericType != nil }
    case .isdecimal: all { $0.properties.numericType == .decimal }
    case .isdigit: all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
    case .isnumeric: all { $0.properties.numericType != nil }
    case .isprintable: scalars.allSatisfy(Unicode.isPrintable)
    default:
      scalars.first.map { $0 == "_" || $0.properties.isXIDStart } == true
        && scalars.dropFirst().allSatisfy(\.properties.isXIDContinue)
    }
  }
}
