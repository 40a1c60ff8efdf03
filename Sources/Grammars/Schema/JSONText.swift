import JSONParsing

/// The parts of JSON text, as rules that all schemas of a grammar share.
///
/// Numbers have at most 16 digits before and after the point and an exponent of two digits, so that they end and
/// fit 64-bit floating point.
struct JSONText {
  let whitespace: JSONSchemaOptions.Whitespace

  private static func ascii(_ characters: String) -> Expression { .scalars(ScalarSet(characters)) }
  static let digit = Expression.scalars(ScalarSet([0x30...0x39]))
  static let hexadecimal = Expression.scalars(ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]))
  static let plainScalars = ScalarSet([0...0x1F, 0x22...0x22, 0x5C...0x5C]).inverted

  /// One character of a string, plain or as an escape. Halves of surrogate pairs only come in pairs.
  static let character: Expression = {
    let outside: Expression = .choice([
      .sequence([.scalars(ScalarSet([0x30...0x39, 0x41...0x43, 0x45...0x46, 0x61...0x63, 0x65...0x66])), hexadecimal]),
      .sequence([ascii("dD"), ascii("01234567")]),
    ])
    let hexadecimals: Expression = .sequence([hexadecimal, hexadecimal])
    let pair: Expression = .sequence([
      ascii("dD"), ascii("89abAB"), hexadecimals, .literal("\\u"), ascii("dD"), ascii("cdefCDEF"), hexadecimals,
    ])
    let escape: Expression = .sequence([
      .literal("\\"),
      .choice([
        ascii("\"\\/bfnrt"), .sequence([.literal("u"), .choice([.sequence([outside, hexadecimals]), pair])]),
      ]),
    ])
    return .choice([.scalars(plainScalars), escape])
  }()

  static let number: Expression = .sequence([
    .optional(.literal("-")), wholeDigits(16), .optional(.sequence([.literal("."), .repeated(digit, 1, 16)])),
    .optional(.sequence([ascii("eE"), .optional(ascii("+-")), .repeated(digit, 1, 2)])),
  ])

  /// Up to 18 digits, which a 64-bit integer holds; there is no negative zero.
  static let integer: Expression = .choice([
    .literal("0"),
    .sequence([.optional(.literal("-")), .scalars(ScalarSet([0x31...0x39])), .repeated(digit, 0, 17)]),
  ])

  static func wholeDigits(_ count: Int) -> Expression {
    .choice([.literal("0"), .sequence([.scalars(ScalarSet([0x31...0x39])), .repeated(digit, 0, count - 1)])])
  }

  /// White space after `{`, `[` and `,` and before `}` and `]`.
  func space(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
    if whitespace == .compact { return .empty }
    return .call(
      try shared("white space", &rules) { _ throws(GrammarError) in
        .optional(
          .choice([.literal(" "), .sequence([.literal("\n"), .repeated(.scalars(ScalarSet(" \t")), 0, 32)])]))
      })
  }

  /// `:` and what may follow it.
  var colon: Expression {
    whitespace == .compact ? .literal(":") : .sequence([.literal(":"), .optional(.literal(" "))])
  }

  /// `,` and what may follow it.
  func comma(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
    .sequence([.literal(","), try space(&rules)])
  }

  func string(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
    .call(
      try shared("string", &rules) { _ throws(GrammarError) in
        .sequence([.literal("\""), .repeated(Self.character, 0, nil), .literal("\"")])
      })
  }

  func number(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
    .call(try shared("number", &rules) { _ throws(GrammarError) in Self.number })
  }

  func integer(_ rules: inout RuleSet) throws(GrammarError) -> Expression {
    .call(try shared("integer", &rules) { _ throws(GrammarError) in Self.integer })
  }

  static let bool: Expression = .choice([.literal("true"), .literal("false")])

  func value(_ rules: inout RuleSet) throws(GrammarError) -> Int {
    try shared("value", &rules) { rules throws(GrammarError) in
      .choice([
        .call(try object(&rules)), .call(try array(&rules)), try string(&rules), try number(&rules), Self.bool,
        .literal("null"),
      ])
    }
  }

  func object(_ rules: inout RuleSet) throws(GrammarError) -> Int {
    try shared("object", &rules) { rules throws(GrammarError) in
      let member: Expression = .sequence([try string(&rules), colon, .call(try value(&rules))])
      return try enclosed(
        "{", .sequence([member, .repeated(.sequence([try comma(&rules), member]), 0, nil)]), "}", mayBeEmpty: true,
        &rules)
    }
  }

  func array(_ rules: inout RuleSet) throws(GrammarError) -> Int {
    try shared("array", &rules) { rules throws(GrammarError) in
      let element = Expression.call(try value(&rules))
      return try enclosed(
        "[", .sequence([element, .repeated(.sequence([try comma(&rules), element]), 0, nil)]), "]", mayBeEmpty: true,
        &rules)
    }
  }

  /// What stands between brackets, with white space at both ends.
  func enclosed(
    _ open: String, _ inside: Expression, _ close: String, mayBeEmpty: Bool, _ rules: inout RuleSet
  ) throws(GrammarError) -> Expression {
    let space = try space(&rules)
    let filled: Expression = .sequence([inside, space])
    return .sequence([.literal(open), space, mayBeEmpty ? .optional(filled) : filled, .literal(close)])
  }

  /// Exactly this value.
  func literal(_ value: JSONValue, _ rules: inout RuleSet) throws(GrammarError) -> Expression {
    switch value {
    case .null, .bool, .integer, .number, .string: return .bytes(value.serializedBytes(compact: true))
    case .array(let elements):
      if elements.isEmpty { return .literal("[]") }
      var parts: [Expression] = []
      for element in elements {
        if !parts.isEmpty { parts.append(try comma(&rules)) }
        parts.append(try literal(element, &rules))
      }
      return try enclosed("[", .sequence(parts), "]", mayBeEmpty: false, &rules)
    case .object(let members):
      if members.isEmpty { return .literal("{}") }
      var parts: [Expression] = []
      for (key, member) in members.pairs {
        if !parts.isEmpty { parts.append(try comma(&rules)) }
        parts += [.bytes(JSONValue.string(key).serializedBytes()), colon, try literal(member, &rules)]
      }
      return try enclosed("{", .sequence(parts), "}", mayBeEmpty: false, &rules)
    }
  }

  /// A rule made once per grammar; it may call itself.
  private func shared(
    _ name: String, _ rules: inout RuleSet, _ body: (inout RuleSet) throws(GrammarError) -> Expression
  ) throws(GrammarError) -> Int {
    let key = whitespace == .compact ? name + " compact" : name
    if let known = rules.shared[key] { return known }
    let rule = try rules.declare(name)
    rules.shared[key] = rule
    rules.define(rule, try body(&rules))
    return rule
  }

  /// Characters of a string's content as they are written in JSON: plain where possible.
  static func spelled(_ set: ScalarSet) -> Expression {
    var alternatives: [Expression] = [.scalars(set.intersection(plainScalars))]
    for range in set.subtracting(plainScalars).ranges {
      for scalar in range {
        let text = JSONValue.string(String(Unicode.Scalar(scalar) ?? "?")).serializedBytes()
        alternatives.append(.bytes(Array(text.dropFirst().dropLast())))
      }
    }
    return .choice(alternatives)
  }
}
