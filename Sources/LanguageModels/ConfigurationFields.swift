import JSONParsing
import Tensors

/// Typed look-ups in a config.json or in GGUF metadata, each with an error that names the file and the key.
struct ConfigurationFields {
  /// The file that the values come from.
  let file: String
  /// What an error puts before a key: the names of the objects around it.
  private let path: String
  /// Nil for metadata, which are not listed.
  private let object: JSONObject?
  private let readKeys: ReadKeys
  private let lookup: (String) -> JSONValue?

  /// The keys that were asked for, with the names of the objects around them.
  private final class ReadKeys {
    var paths: Set<String> = []
  }

  init(file: String, lookup: @escaping (String) -> JSONValue?) {
    (self.file, path, object, readKeys) = (file, "", nil, ReadKeys())
    self.lookup = lookup
  }

  init(file: String, _ object: JSONObject) {
    self.init(file: file, path: "", readKeys: ReadKeys(), object)
  }

  private init(file: String, path: String, readKeys: ReadKeys, _ object: JSONObject) {
    (self.file, self.path, self.object, self.readKeys) = (file, path, object, readKeys)
    lookup = { object[$0] }
  }

  /// The value of a key; nil when it is absent or null.
  subscript(_ key: String) -> JSONValue? {
    readKeys.paths.insert(path + key)
    let value = lookup(key)
    return value == .null ? nil : value
  }

  func error(_ key: String, _ message: String, _ code: ModelError.Code = .invalidConfiguration) -> ModelError {
    ModelError(code, file: file, field: path + key, message)
  }

  private func required<Value>(_ key: String, _ value: Value?) throws -> Value {
    guard let value else { throw error(key, "is missing; add it to the configuration.") }
    return value
  }

  private func optional<Value>(_ keys: [String], _ kind: String, _ read: (JSONValue) -> Value?) throws -> Value? {
    for key in keys {
      guard let value = self[key] else { continue }
      guard let typed = read(value) else {
        throw error(key, "should be \(kind), not \(value.serialized(pretty: false).prefix(60)).")
      }
      return typed
    }
    return nil
  }

  /// A whole number under the first of these keys that is present.
  func integer(optional keys: String...) throws -> Int? {
    try optional(keys, "a whole number") { $0.int }
  }
  /// A whole number that must be there.
  func integer(_ key: String) throws -> Int { try required(key, try integer(optional: key)) }

  /// A number under the first of these keys that is present.
  func number(optional keys: String...) throws -> Double? {
    try optional(keys, "a number") { $0.double }
  }
  /// A number that must be there.
  func number(_ key: String) throws -> Double { try required(key, try number(optional: key)) }

  /// True or false, if it is there.
  func flag(_ key: String) throws -> Bool? { try optional([key], "true or false") { $0.bool } }
  /// A text under the first of these keys that is present.
  func text(optional keys: String...) throws -> String? { try optional(keys, "a text") { $0.string } }
  /// A list of whole numbers, or one number standing for a list of one.
  func integers(_ key: String) throws -> [Int]? {
    try optional([key], "a list of whole numbers") { value in
      if let one = value.int { return [one] }
      guard let array = value.array else { return nil }
      let numbers = array.compactMap(\.int)
      return numbers.count == array.count ? numbers : nil
    }
  }
  /// A text that must be there.
  func text(_ key: String) throws -> String { try required(key, try text(optional: key)) }
  /// A list of texts.
  func texts(_ key: String) throws -> [String]? {
    try optional([key], "a list of texts") { value in
      guard let array = value.array else { return nil }
      let texts = array.compactMap(\.string)
      return texts.count == array.count ? texts : nil
    }
  }
  /// The fields of a nested object.
  func nested(_ key: String) throws -> ConfigurationFields? {
    try optional([key], "an object") { inner($0, of: key) }
  }
  /// The fields of a nested object that must be there.
  func part(_ key: String) throws -> ConfigurationFields { try required(key, try nested(key)) }
  /// A list of objects that must be there.
  func parts(_ key: String) throws -> [ConfigurationFields] {
    try required(
      key,
      try optional([key], "a list of objects") { value -> [ConfigurationFields]? in
        guard let array = value.array else { return nil }
        let parts = array.enumerated().compactMap { index, element in inner(element, of: "\(key).\(index)") }
        return parts.count == array.count ? parts : nil
      })
  }
  /// A list of numbers that must be there.
  func numbers(_ key: String) throws -> [Double] {
    try required(
      key,
      try optional([key], "a list of numbers") { value -> [Double]? in
        guard let array = value.array else { return nil }
        let numbers = array.compactMap(\.double)
        return numbers.count == array.count ? numbers : nil
      })
  }
  /// True or false, which must be there.
  func boolean(_ key: String) throws -> Bool { try required(key, try flag(key)) }
  /// One of a few words.
  func word<Word: RawRepresentable & CaseIterable>(optional key: String) throws -> Word?
  where Word.RawValue == String {
    guard let text = try text(optional: key) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw unknown(key, text, known: Word.allCases.map(\.rawValue))
    }
    return word
  }
  /// One of a few words, which must be there.
  func word<Word: RawRepresentable & CaseIterable>(_ key: String) throws -> Word where Word.RawValue == String {
    try required(key, try word(optional: key))
  }
  /// What to throw for a word that means nothing.
  func unknown(_ key: String, _ word: String, known: [String]) -> ModelError {
    error(key, "'\(word.prefix(60))' is not supported; known: \(known.joined(separator: ", ")).", .unsupported)
  }
  /// Refuses what nothing has asked for, here and in nested objects: what is not understood must not be passed over.
  func refuseUnread(besides known: Set<String> = []) throws {
    guard let object else { return }
    for (key, value) in object.pairs where !known.contains(key) {
      guard readKeys.paths.contains(path + key) else {
        throw error(
          key, "is not a key that this Swiftlet knows; correct it, or use the Swiftlet that wrote it.", .unsupported)
      }
      try inner(value, of: key)?.refuseUnread()
      for (index, element) in (value.array ?? []).enumerated() {
        try inner(element, of: "\(key).\(index)")?.refuseUnread()
      }
    }
  }

  /// The fields of a value that is an object.
  private func inner(_ value: JSONValue, of key: String) -> ConfigurationFields? {
    value.object.map { ConfigurationFields(file: file, path: path + key + ".", readKeys: readKeys, $0) }
  }

  /// A layer count within what any model has, checked before anything is made per layer.
  func layerCount(_ key: String) throws -> Int {
    let count = try integer(key)
    guard (1...Configuration.maximumLayerCount).contains(count) else {
      throw error(key, "\(count) layers are outside 1…\(Configuration.maximumLayerCount).")
    }
    return count
  }

  /// Refuses an option that is set to something other than the one value Swiftlet has.
  func refuse(_ key: String, unless value: JSONValue) throws {
    guard let found = self[key], found != value else { return }
    throw error(
      key, "\(found.serialized(pretty: false).prefix(60)) is not supported, only \(value.serialized(pretty: false)).",
      .unsupported)
  }

  /// A head count that divides the hidden size, for families that have no head size of their own.
  func headSize(hiddenSize: Int, headCount: Int, _ key: String) throws -> Int {
    guard headCount > 0, hiddenSize > 0, hiddenSize % headCount == 0 else {
      throw error(key, "\(headCount) heads do not divide a hidden size of \(hiddenSize).")
    }
    return hiddenSize / headCount
  }

  /// An activation under the names that Hugging Face gives them.
  func activation(_ key: String, default name: String) throws -> Activation {
    let name = try text(optional: key) ?? name
    guard let activation = Activation(huggingFaceName: name) else {
      throw unknown(key, name, known: Activation.allCases.map(\.huggingFaceName))
    }
    return activation
  }
}
