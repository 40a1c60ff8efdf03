import JSONParsing

/// The keys and values of a GGUF file, in the order of the file.
///
/// The accessors give nil for a key that is absent, and throw an error that names file and key when the value has
/// the wrong type: no value of a file is taken for something that it is not.
///
///     let metadata = try GGUFCheckpoint(path: "llama.gguf").metadata
///     let layerCount = try metadata.requiredInt("llama.block_count")
public struct GGUFMetadata: Sendable {
  /// The keys in order.
  public private(set) var keys: [String] = []
  /// The file that errors name.
  public let file: String
  private var values: [ExactString: GGUFValue] = [:]

  /// No keys; for a file that is to be written.
  public init() { file = "new GGUF file" }

  init(file: String) { self.file = file }

  /// The value of a key. A new key goes to the end; setting nil removes a key.
  public subscript(key: String) -> GGUFValue? {
    get { values[ExactString(key)] }
    set {
      let exact = ExactString(key)
      let isPresent = values[exact] != nil
      values[exact] = newValue
      switch (isPresent, newValue) {
      case (false, .some): keys.append(key)
      case (true, nil): keys.removeAll { ExactString($0) == exact }
      default: break
      }
    }
  }

  /// A whole number of any width.
  public func int(_ key: String) throws(CheckpointError) -> Int? {
    try value(key, "a whole number that fits 64 bits", \.int)
  }

  /// A number.
  public func double(_ key: String) throws(CheckpointError) -> Double? { try value(key, "a number", \.double) }

  /// A truth value.
  public func bool(_ key: String) throws(CheckpointError) -> Bool? {
    try value(key, "a truth value") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// A string.
  public func string(_ key: String) throws(CheckpointError) -> String? {
    try value(key, "a string") { if case .string(let value) = $0 { value } else { nil } }
  }

  /// An array of strings.
  public func strings(_ key: String) throws(CheckpointError) -> GGUFStrings? {
    try value(key, "an array of strings") { if case .array(.strings(let values)) = $0 { values } else { nil } }
  }

  /// An array of whole numbers of any width.
  public func ints(_ key: String) throws(CheckpointError) -> [Int]? {
    try value(key, "an array of whole numbers") { if case .array(let values) = $0 { values.ints } else { nil } }
  }

  /// An array of floating-point numbers.
  public func floats(_ key: String) throws(CheckpointError) -> [Float]? {
    try value(key, "an array of floating-point numbers") {
      if case .array(let values) = $0 { values.floats } else { nil }
    }
  }

  /// A whole number that must be there.
  public func requiredInt(_ key: String) throws(CheckpointError) -> Int { try required(key, int(key)) }
  /// A number that must be there.
  public func requiredDouble(_ key: String) throws(CheckpointError) -> Double { try required(key, double(key)) }
  /// A string that must be there.
  public func requiredString(_ key: String) throws(CheckpointError) -> String { try required(key, string(key)) }
  /// An array of strings that must be there.
  public func requiredStrings(_ key: String) throws(CheckpointError) -> GGUFStrings {
    try required(key, strings(key))
  }

  private func required<Value>(_ key: String, _ value: Value?) throws(CheckpointError) -> Value {
    guard let value else { throw CheckpointError(.missing, file: file, field: key, "the file lacks this key") }
    return value
  }

  private func value<Value>(_ key: String, _ wanted: String, _ read: (GGUFValue) -> Value?)
    throws(CheckpointError) -> Value?
  {
    guard let value = self[key] else { return nil }
    guard let result = read(value) else {
      throw CheckpointError(
        .wrongType, file: file, field: excerpt(key), "expected \(wanted); convert the model to GGUF again")
    }
    return result
  }
}
