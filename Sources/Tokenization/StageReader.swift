import JSONParsing

/// Reads the small stages of a tokenizer.json; each kind that is not built is an error that names it.
struct StageReader {
  private static let depthLimit = 16

  func normalizer(_ value: JSONValue?, _ field: String = "normalizer", depth: Int = 0) throws(TokenizerError)
    -> Normalizer?
  {
    guard let (type, value) = try typed(value, field, depth) else { return nil }
    switch type {
    case "Sequence":
      var parts: [Normalizer] = []
      for (index, part) in try list(value, "normalizers", field).enumerated() {
        if let part = try normalizer(part, "\(field).normalizers[\(index)]", depth: depth + 1) { parts.append(part) }
      }
      return .sequence(parts)
    case "NFC", "NFD", "NFKC", "NFKD": return Normalizer.UnicodeForm(rawValue: type).map { .unicode($0) }
    case "Lowercase": return .lowercase
    case "Strip":
      return .strip(left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true)
    case "StripAccents": return .stripAccents
    case "Prepend": return .prepend(try text(value, "prepend", field))
    case "Replace": return .replace(try pattern(value, field), with: try text(value, "content", field))
    case "BertNormalizer":
      let lowercases = value["lowercase"]?.bool ?? true
      return .bert(
        cleansText: value["clean_text"]?.bool ?? true, spacesChinese: value["handle_chinese_chars"]?.bool ?? true,
        stripsAccents: value["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
    default: throw unsupported(type, field)
    }
  }

  func preTokenizer(_ value: JSONValue?, _ field: String = "pre_tokenizer", depth: Int = 0) throws(TokenizerError)
    -> PreTokenizer?
  {
    guard let (type, value) = try typed(value, field, depth) else { return nil }
    switch type {
    case "Sequence":
      var parts: [PreTokenizer] = []
      for (index, part) in try list(value, "pretokenizers", field).enumerated() {
        if let part = try preTokenizer(part, "\(field).pretokenizers[\(index)]", depth: depth + 1) {
          parts.append(part)
        }
      }
      return .sequence(parts)
    case "ByteLevel":
      return .byteLevel(
        addsPrefixSpace: value["add_prefix_space"]?.bool ?? true, usesPattern: value["use_regex"]?.bool ?? true)
    case "Split":
      return .split(
        try pattern(value, field), try behavior(value, field) ?? .isolated, inverted: value["invert"]?.bool ?? false)
    case "Metaspace":
      let name = value["prepend_scheme"]?.string ?? (value["add_prefix_space"]?.bool == false ? "never" : "always")
      guard let scheme = PreTokenizer.PrependScheme(rawValue: name) else {
        throw TokenizerError(.malformed, field: "\(field).prepend_scheme", "is \"\(name)\", not always, never or first")
      }
      return .metaspace(
        replacement: Array((value["replacement"]?.string ?? "▁").utf8), scheme, splits: value["split"]?.bool ?? true)
    case "BertPreTokenizer": return .bert
    case "WhitespaceSplit": return .split(.character(.whitespace), .removed, inverted: false)
    case "Whitespace": return .split(.regex(try RegexProgram(#"\w+|[^\w\s]+"#)), .removed, inverted: true)
    case "Digits":
      let individual = value["individual_digits"]?.bool ?? false
      return .split(.character(.number), individual ? .isolated : .contiguous, inverted: false)
    case "Punctuation":
      return .split(.character(.bertPunctuation), try behavior(value, field) ?? .isolated, inverted: false)
    default: throw unsupported(type, field)
    }
  }

  func decoder(_ value: JSONValue?, _ field: String = "decoder", depth: Int = 0) throws(TokenizerError)
    -> TokenDecoder?
  {
    guard let (type, value) = try typed(value, field, depth) else { return nil }
    switch type {
    case "Sequence":
      var parts: [TokenDecoder] = []
      for (index, part) in try list(value, "decoders", field).enumerated() {
        if let part = try decoder(part, "\(field).decoders[\(index)]", depth: depth + 1) { parts.append(part) }
      }
      return .sequence(parts)
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      let content = try text(value, "content", field)
      guard content.count == 1, let start = value["start"]?.int, let stop = value["stop"]?.int, start >= 0, stop >= 0
      else {
        throw TokenizerError(
          .unsupported, field: field, "needs one ASCII character and counts from 0; only that is read")
      }
      return .strip(content: content[0], start: start, stop: stop)
    case "Replace": return .replace(try pattern(value, field), with: try text(value, "content", field))
    case "Metaspace":
      let never = value["prepend_scheme"]?.string == "never" || value["add_prefix_space"]?.bool == false
      return .metaspace(replacement: Array((value["replacement"]?.string ?? "▁").utf8), stripsFirst: !never)
    case "BPEDecoder": return .wordSuffix(Array((value["suffix"]?.string ?? "</w>").utf8))
    default: throw unsupported(type, field)
    }
  }

  /// What the post-processor puts before and after a single text.
  func postProcessor(
    _ value: JSONValue?, _ pieces: PieceTable, _ field: String = "post_processor", depth: Int = 0
  ) throws(TokenizerError) -> (prefix: [Int], suffix: [Int]) {
    guard let (type, value) = try typed(value, field, depth) else { return ([], []) }
    func id(_ name: String) throws(TokenizerError) -> Int {
      guard let id = pieces.id(of: name) else {
        throw TokenizerError(
          .malformed, field: field, "names \"\(name.prefix(60))\", which the vocabulary does not hold")
      }
      return id
    }
    var ids: (prefix: [Int], suffix: [Int]) = ([], [])
    switch type {
    case "Sequence":
      for (index, part) in try list(value, "processors", field).enumerated() {
        let inner = try postProcessor(part, pieces, "\(field).processors[\(index)]", depth: depth + 1)
        ids = (inner.prefix + ids.prefix, ids.suffix + inner.suffix)
      }
    case "ByteLevel": break
    case "TemplateProcessing":
      var isAfterText = false
      for item in try list(value, "single", field) {
        if item["Sequence"] != nil {
          isAfterText = true
        } else if let name = item["SpecialToken"]?["id"]?.string {
          let known = value["special_tokens"]?[name]?["ids"]?.array?.compactMap(\.int)
          let added = if let known { known } else { [try id(name)] }
          guard added.allSatisfy({ pieces.contains($0) }) else {
            throw TokenizerError(
              .malformed, field: "\(field).special_tokens", "gives \"\(name.prefix(60))\" ids outside the vocabulary")
          }
          if isAfterText { ids.suffix += added } else { ids.prefix += added }
        }
      }
    case "BertProcessing", "RobertaProcessing":
      if let start = value["cls"]?.array?.first?.string { ids.prefix = [try id(start)] }
      if let end = value["sep"]?.array?.first?.string { ids.suffix = [try id(end)] }
    default: throw unsupported(type, field)
    }
    return ids
  }

  // MARK: - Parts

  private func typed(_ value: JSONValue?, _ field: String, _ depth: Int) throws(TokenizerError) -> (String, JSONValue)?
  {
    guard let value, !value.isNull else { return nil }
    guard depth < Self.depthLimit else {
      throw TokenizerError(.malformed, field: field, "is nested deeper than \(Self.depthLimit) sequences; flatten it")
    }
    guard let type = value["type"]?.string else {
      throw TokenizerError(.malformed, field: field, "needs a \"type\"")
    }
    return (type, value)
  }

  private func list(_ value: JSONValue, _ key: String, _ field: String) throws(TokenizerError) -> [JSONValue] {
    guard let list = value[key]?.array else {
      throw TokenizerError(.malformed, field: "\(field).\(key)", "is not a list")
    }
    return list
  }

  private func text(_ value: JSONValue, _ key: String, _ field: String) throws(TokenizerError) -> [UInt8] {
    guard let text = value[key]?.string else {
      throw TokenizerError(.malformed, field: "\(field).\(key)", "is not a string")
    }
    return Array(text.utf8)
  }

  private func behavior(_ value: JSONValue, _ field: String) throws(TokenizerError) -> PreTokenizer.Behavior? {
    guard let name = value["behavior"]?.string else { return nil }
    guard let behavior = PreTokenizer.Behavior(rawValue: name) else {
      throw TokenizerError(.malformed, field: "\(field).behavior", "is \"\(name)\", which does not exist")
    }
    return behavior
  }

  private func pattern(_ value: JSONValue, _ field: String) throws(TokenizerError) -> TextPattern {
    if let literal = value["pattern"]?["String"]?.string { return .literal(Array(literal.utf8)) }
    guard let regex = value["pattern"]?["Regex"]?.string else {
      throw TokenizerError(.malformed, field: "\(field).pattern", "needs a \"String\" or a \"Regex\"")
    }
    if let scanner = WordScanner(pattern: regex) { return .words(scanner) }
    do {
      return .regex(try RegexProgram(regex))
    } catch {
      throw TokenizerError(error.code, field: "\(field).pattern.Regex", error.message)
    }
  }

  private func unsupported(_ type: String, _ field: String) -> TokenizerError {
    TokenizerError(
      .unsupported, field: field,
      "has the type \"\(type.prefix(60))\", which is not built; no GPT or LLaMA vocabulary needs it")
  }
}
