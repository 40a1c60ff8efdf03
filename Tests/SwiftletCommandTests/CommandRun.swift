import Foundation

/// What a run of the built `swiftlet` came to.
struct CommandRun {
  let status: Int32
  let output: String
  let error: String

  /// Runs `swiftlet` to its end.
  /// - Parameters:
  ///   - input: What standard input holds.
  ///   - executable: Another copy of the program.
  ///   - whileRunning: Called once the program has written something, for example to interrupt it.
  init(
    _ arguments: [String], input: String = "", executable: String = Self.executable.path,
    whileRunning: ((Process) -> Void)? = nil
  ) throws {
    // Files rather than pipes: they never fill up.
    let folder = try TemporaryFolder()
    func file(_ name: String, _ content: String = "") throws -> URL {
      let url = URL(fileURLWithPath: folder.path + "/" + name)
      try Data(content.utf8).write(to: url)
      return url
    }
    let (inputFile, outputFile, errorFile) = (try file("in", input), try file("out"), try file("err"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    if let whileRunning {
      while process.isRunning, try Data(contentsOf: outputFile).isEmpty { Thread.sleep(forTimeInterval: 0.01) }
      whileRunning(process)
    }
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    output = String(decoding: try Data(contentsOf: outputFile), as: UTF8.self)
    error = String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
  }

  /// The executable that was built together with these tests.
  static let executable: URL = {
    #if os(macOS)
      final class Marker {}
      let products = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
    #else
      let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
    return products.appendingPathComponent("swiftlet")
  }()
}

/// A folder that is removed when nothing uses it any more.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/swiftlet-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Files that the tests read.
enum TestFiles {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// A trained LLaMA of 260,000 parameters in llama2.c's format, with what run.c writes at temperature 0.
  static let stories = root.deletingLastPathComponent().path + "/shared/data/stories260k"
  static let hasStories = FileManager.default.fileExists(atPath: stories)
}
