import Foundation
import Tensors

/// The folder of a run.
///
///     run/
///       config.json, model.safetensors, tokenizer.json …   the newest weights, as other programs open them
///       checkpoints/step-00000400/                         the same files, with the optimizer's state
///       checkpoints/step-00000300/                         the one before
///       metrics.csv, loss.html
///
/// Files in the run's folder are links to those of the newest checkpoint, so weights take their place on the disk
/// once. Nothing is ever changed in place: every name leads to a whole file or to none.
struct RunFolder {
  let path: String
  var checkpointsPath: String { path + "/checkpoints" }
  private static let prefix = "step-"

  /// What a checkpoint holds beside what other programs read.
  static let stateFiles = ["training.json", "optimizer.safetensors"]

  func checkpointPath(step: Int) -> String {
    let number = String(step)
    return checkpointsPath + "/" + Self.prefix + String(repeating: "0", count: max(0, 8 - number.count)) + number
  }

  /// The checkpoints, newest first.
  var checkpoints: [(step: Int, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsPath)) ?? []
    let found = names.compactMap { name -> (step: Int, path: String)? in
      guard name.hasPrefix(Self.prefix), let step = Int(name.dropFirst(Self.prefix.count)) else { return nil }
      return (step, checkpointsPath + "/" + name)
    }
    return found.sorted { $0.step > $1.step }
  }

  /// Makes the folder, takes it for this process, and removes what a killed run left half-written.
  func open() throws -> FileLock {
    do { try FileManager.default.createDirectory(atPath: checkpointsPath, withIntermediateDirectories: true) } catch {
      throw TrainingError(.unwritable, at: path, "\(error.localizedDescription)")
    }
    guard let lock = FileLock(path: checkpointsPath + "/.lock") else {
      throw TrainingError(
        .unwritable, at: path,
        "another process trains there, or the folder is read-only; wait for it or choose another."
      )
    }
    for folder in [path, checkpointsPath] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.contains(OutputFolder.unfinishedMark) {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
      }
    }
    return lock
  }

  /// Removes all checkpoints older than the one before `step`.
  func prune(after step: Int) {
    for checkpoint in checkpoints.filter({ $0.step <= step }).dropFirst(2) {
      try? FileManager.default.removeItem(atPath: checkpoint.path)
    }
  }

  /// Makes the files of a checkpoint those of the run's folder.
  func publish(_ checkpoint: String) throws {
    let manager = FileManager.default
    let names = ((try? manager.contentsOfDirectory(atPath: checkpoint)) ?? []).filter { !Self.stateFiles.contains($0) }
    for name in names {
      let (source, place) = (checkpoint + "/" + name, path + "/" + name)
      let temporary = place + OutputFolder.unfinishedMark + "link"
      try? manager.removeItem(atPath: temporary)
      do {
        // Some file systems have no links.
        do { try manager.linkItem(atPath: source, toPath: temporary) } catch {
          try manager.copyItem(atPath: source, toPath: temporary)
        }
      } catch { throw TrainingError(.unwritable, at: place, "\(error.localizedDescription)") }
      guard unsafe rename(temporary, place) == 0 else {
        throw TrainingError(.unwritable, at: place, "\(unsafe String(cString: strerror(errno)))")
      }
      // Renaming one link of a file to another of the same file does nothing.
      try? manager.removeItem(atPath: temporary)
    }
    // Weights in one file take the place of weights in several, and the other way round.
    let all = (try? manager.contentsOfDirectory(atPath: path)) ?? []
    for name in all where name.hasPrefix("model") && name.contains(".safetensors") && !names.contains(name) {
      try? manager.removeItem(atPath: path + "/" + name)
    }
  }
}
