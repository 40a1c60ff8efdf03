import JSONParsing

/// Stages as tokenizer.json writes them: the other direction of `StageReader`.
extension Normalizer {
  var json: JSONValue {
    switch self {
    case .unicode(let form): ["type": .string(form.rawValue)]
    case .lowercase: ["type": "Lowercase"]
    case .strip(let left, let right): ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .stripAccents: ["type": "StripAccents"]
    case .prepend(let text): ["type": "Prepend", "prepend": .bytes(text)]
    case .replace(let pattern, let text): ["type": "Replace", "pattern": pattern.json, "content": .bytes(text)]
    case .bert(let cleans, let chinese, let accents, let lowercases):
      [
        "type": "BertNormalizer", "clean_text": .bool(cleans), "handle_chinese_chars": .bool(chinese),
        "strip_accents": .bool(accents), "lowercase": .bool(lowercases),
      ]
    // `transformers` has no such stage; what it ships for GPT-1 is BERT's.
    case .gpt1Standardization: Normalizer.gpt1AsShipped.json
    case .sequence(let parts): ["type": "Sequence", "normalizers": .array(parts.map(\.json))]
    }
  }

  /// How `transformers` prepares text for GPT-1.
  static let gpt1AsShipped = Normalizer.bert(
    cleansText: true, spacesChinese: true, stripsAccents: true, lowercases: true)
}

extension TextPattern {
  var json: JSONValue {
    switch self {
    case .literal(let text): ["String": .bytes(text)]
    case .words(let scanner): ["Regex": .string(scanner.pattern)]
    case .regex(let program): ["Regex": .string(program.pattern)]
    // Not in `transformers`; its BERT-style words are runs between spaces and signs.
    case .gpt1Words: ["Regex": #"\w+|[^\w\s]"#]
    case .character(.whitespace): ["Regex": #"\s"#]
    case .character(.number): ["Regex": #"\p{N}"#]
    case .character(.bertPunctuation): ["Regex": #"[\p{P}\$\+<=>\^`\|~]"#]
    }
  }
}

extension PreTokenizer {
  var json: JSONValue {
    switch self {
    case .byteLevel(let addsPrefixSpace, let usesPattern):
      [
        "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": true,
        "use_regex": .bool(usesPattern),
      ]
    case .split(let pattern, let behavior, let inverted):
      [
        "type": "Split", "pattern": pattern.json, "behavior": .string(behavior.rawValue), "invert": .bool(inverted),
      ]
    case .metaspace(let replacement, let scheme, let splits):
      [
        "type": "Metaspace", "replacement": .bytes(replacement), "prepend_scheme": .string(scheme.rawValue),
        "split": .bool(splits),
      ]
    case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(\.json))]
    }
  }
}

extension TokenDecoder {
  var json: JSONValue {
    switch self {
    case .byteLevel: ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
    case .byteFallback: ["type": "ByteFallback"]
    case .fuse: ["type": "Fuse"]
    case .strip(let content, let start, let stop):
      ["type": "Strip", "content": .bytes([content]), "start": .integer(start), "stop": .integer(stop)]
    case .replace(let pattern, let text): ["type": "Replace", "pattern": pattern.json, "content": .bytes(text)]
    case .metaspace(let replacement, let stripsFirst):
      [
        "type": "Metaspace", "replacement": .bytes(replacement),
        "prepend_scheme": stripsFirst ? "always" : "never", "split": true,
      ]
    case .wordSuffix(let suffix): ["type": "BPEDecoder", "suffix": .bytes(suffix)]
    case .sequence(let parts): ["type": "Sequence", "decoders": .array(parts.map(\.json))]
    }
  }
}

extension JSONValue {
  fileprivate static func bytes(_ bytes: [UInt8]) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
}
