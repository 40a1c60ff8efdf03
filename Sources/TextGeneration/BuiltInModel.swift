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

  /// The Hugging Face folder that holds it: in the package's resources, beside the program or inside the application.
  /// - Throws: `GenerationError` when they are not there.
  public func folder() throws(GenerationError) -> String {
    let resources = ResourceBundle(target: "TextGeneration")
    guard let folder = resources.path(of: "BuiltIn/" + rawValue, containing: "config.json") else {
      throw GenerationError(
        .notFound,
        "the built-in model \(name) is not there; keep \(resources.name), which was built with the program, in "
          + "\(resources.expectedPlace), or give a model of your own.")
    }
    return folder
  }

  /// The path of a model: that of the built-in one of this name, or the name as it is.
  /// - Throws: `GenerationError` when it is built in and not there.
  public static func path(of name: String) throws(GenerationError) -> String {
    guard let model = BuiltInModel(named: name) else { return name }
    return try model.folder()
  }
}
