import Foundation

/// The small models that come with the package, so that it writes text before anything is downloaded.
public enum BuiltInModel: String, CaseIterable, Sendable {
  case gpt
  case llama

  /// What it is called: `tiny-gpt` or `tiny-llama`.
  public var name: String { "tiny-" + rawValue }

  /// The model of a name, with or without `tiny-`.
  public init?(named name: String) {
    guard let model = Self.allCases.first(where: { $0.name == name || $0.rawValue == name }) else { return nil }
    self = model
  }

  /// The Hugging Face folder that holds it.
  /// - Throws: `GenerationError` when the package's resources are not beside the program.
  public func folder() throws(GenerationError) -> String {
    let path = (Bundle.module.resourcePath ?? Bundle.module.bundlePath) + "/BuiltIn/" + rawValue
    guard FileManager.default.fileExists(atPath: path + "/config.json") else {
      throw GenerationError(
        .notFound, "the built-in model \(name) is not at \(path); keep the package's resources beside the program.")
    }
    return path
  }
}
