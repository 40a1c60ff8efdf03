/// How far a pull is.
public struct HubProgress: Hashable, Sendable {
  /// What is done with a file.
  public enum Activity: Hashable, Sendable {
    /// Bytes that are there already are read to check them.
    case checking
    /// Bytes arrive.
    case receiving
    /// Something failed; it will be tried again after so long.
    case waiting(Duration, reason: String)
    /// The file is complete.
    case complete
  }

  /// The file that got on last.
  public let file: HubFile
  /// What is done with it.
  public let activity: Activity
  /// How many of its bytes are there.
  public let fileBytes: Int
  /// How many bytes of all files are there.
  public let doneBytes: Int
  /// How many bytes all files have.
  public let totalBytes: Int
  /// How many bytes came over the network, those that had to be thrown away too.
  public let receivedBytes: Int
  /// How many files are complete.
  public let doneFiles: Int
  /// How many files there are.
  public let totalFiles: Int
}

/// What a pull did.
public struct HubPull: Hashable, Sendable {
  /// The folder that holds the files.
  public let folder: String
  /// The files that were fetched.
  public let fetched: [HubFile]
  /// The files that were there already.
  public let kept: [HubFile]
  /// Files in the folder that an earlier pull fetched from another commit, and that this one did not ask for.
  public let stale: [String]
  /// How many bytes came over the network.
  public let receivedBytes: Int
}
