import Foundation

/// The resources that were built with one of the package's targets: beside the program or inside the application.
///
/// SwiftPM's own `Bundle.module` ends the program when they were left behind.
package struct ResourceBundle: Sendable {
  private let target: String

  /// The resources of a target.
  package init(target: String) { self.target = target }

  /// What the bundle is called.
  package var name: String {
    #if canImport(Darwin)
      "swiftlet_\(target).bundle"
    #else
      "swiftlet_\(target).resources"
    #endif
  }

  /// Where it belongs.
  package var expectedPlace: String { Self.places.first ?? "the program's folder" }

  /// The path of one of its folders, if it is there with a file in it.
  package func path(of folder: String, containing file: String) -> String? {
    // A bundle that Xcode makes keeps its resources deeper than SwiftPM's.
    let folders = Self.places.flatMap { ["\($0)/\(name)/", "\($0)/\(name)/Contents/Resources/"] }
    return folders.map { $0 + folder }.first { FileManager.default.fileExists(atPath: "\($0)/\(file)") }
  }

  /// Where a bundle may lie: beside the executable (also one that a link leads to), in an application's resources, or
  /// beside a bundle of tests.
  private static var places: [String] {
    final class Marker {}
    return [
      Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent(), Bundle.main.resourceURL,
      Bundle(for: Marker.self).bundleURL.deletingLastPathComponent(), Bundle(for: Marker.self).resourceURL,
    ].compactMap { $0?.path }
  }
}
