import Foundation
import LanguageModels
import Tensors
import Training

/// The folder in which an experiment keeps its runs, each under the hash of what decides its result.
///
///     compare/
///       report.html, report.md, report.csv
///       runs/8c1f…/          a Hugging Face folder with metrics.csv and result.json
struct RunStore: Sendable {
  let path: String

  func folder(_ key: String) -> String { path + "/runs/" + key }

  private func resultPath(_ key: String) -> String { folder(key) + "/result.json" }

  /// Makes the folder, and takes it for this process.
  func open() throws -> FileLock {
    do { try FileManager.default.createDirectory(atPath: path + "/runs", withIntermediateDirectories: true) } catch {
      throw ComparisonError(.storage, "\(path): cannot be made: \(error.localizedDescription)")
    }
    guard let lock = FileLock(path: path + "/runs/.lock") else {
      throw ComparisonError(
        .storage, "\(path): another process compares there, or the folder is read-only; wait for it or give another.")
    }
    return lock
  }

  /// What a run came to, if it was completed; nil for one that was not, and for a file that is damaged.
  func result(_ key: String) -> RunResult? {
    guard let data = FileManager.default.contents(atPath: resultPath(key)),
      let result = try? JSONDecoder().decode(RunResult.self, from: data), result.key == key
    else { return nil }
    // A result belongs to the weights beside it.
    guard result.nats == nil || FileManager.default.fileExists(atPath: folder(key) + "/config.json") else { return nil }
    return result
  }

  /// Keeps a result, and of the run what others can open: not the optimizer's state.
  func complete(_ result: RunResult) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      let file = try OutputFile(path: resultPath(result.key))
      try file.write(Array(try encoder.encode(result)))
      try file.finish()
      try file.moveIntoPlace()
    } catch {
      throw ComparisonError(.storage, "\(error); is the disk full?")
    }
    try? FileManager.default.removeItem(atPath: folder(result.key) + "/checkpoints")
  }

  /// Removes a run that cannot be gone on with.
  func discard(_ key: String) { try? FileManager.default.removeItem(atPath: folder(key)) }
}
