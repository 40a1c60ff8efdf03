import Synchronization

/// Adds up how far all files of a pull are, for whoever watches it.
final class ProgressTally: Sendable {
  private struct State {
    var fileBytes: [String: Int] = [:]
    var doneBytes = 0
    var receivedBytes = 0
    var doneFiles = 0
  }

  private let state = Mutex(State())
  private let totalBytes: Int
  private let totalFiles: Int
  private let report: @Sendable (HubProgress) -> Void

  init(totalBytes: Int, totalFiles: Int, report: @escaping @Sendable (HubProgress) -> Void) {
    self.totalBytes = totalBytes
    self.totalFiles = totalFiles
    self.report = report
  }

  /// How many bytes came over the network.
  var receivedBytes: Int { state.withLock(\.receivedBytes) }

  /// Notes how far a file is. Reports come one after the other, so that the numbers never run backwards.
  func note(_ file: HubFile, bytes: Int, received: Int = 0, _ activity: HubProgress.Activity) {
    state.withLock { state in
      state.doneBytes += bytes - (state.fileBytes.updateValue(bytes, forKey: file.path) ?? 0)
      state.receivedBytes += received
      if activity == .complete { state.doneFiles += 1 }
      report(
        HubProgress(
          file: file, activity: activity, fileBytes: bytes, doneBytes: state.doneBytes, totalBytes: totalBytes,
          receivedBytes: state.receivedBytes, doneFiles: state.doneFiles, totalFiles: totalFiles))
    }
  }
}
