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
    let path = "/BuiltIn/" + rawValue
    let found = Self.resourceFolders.first { FileManager.default.fileExists(atPath: $0 + path + "/config.json") }
    guard let found else {
      throw GenerationError(
        .notFound,
        "the built-in model \(name) is not there; keep \(Self.bundleName), which was built with the program, in "
          + "\(Self.places.first ?? "its folder"), or give a model of your own.")
    }
    return found + path
  }

  /// The path of a model: that of the built-in one of this name, or the name as it is.
  /// - Throws: `GenerationError` when it is built in and not there.
  public static func path(of name: String) throws(GenerationError) -> String {
    guard let model = BuiltInModel(named: name) else { return name }
    return try model.folder()
  }

  // SwiftPM's own `Bundle.module` ends the program when the resources were left behind.
  #if canImport(Darwin)
    private static let bundleName = "swiftlet_TextGeneration.bundle"
  #else
    private static let bundleName = "swiftlet_TextGeneration.resources"
  #endif

  /// Where a bundle may lie: beside the executable (also one that a link leads to), in an application's resources, or
  /// beside a bundle of tests.
  private static var places: [String] {
    final class Marker {}
    return [
      Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent(), Bundle.main.resourceURL,
      Bundle(for: Marker.self).bundleURL.deletingLastPathComponent(), Bundle(for: Marker.self).resourceURL,
    ].compactMap { $0?.path }
  }

  /// A bundle that Xcode makes keeps its resources deeper than SwiftPM's.
  private static var resourceFolders: [String] {
    places.flatMap { [$0 + "/" + bundleName, $0 + "/" + bundleName + "/Contents/Resources"] }
  }
}
