import Foundation

/// The bytes of a file, or of standard input where the path is `-`, in chunks; gzip is unpacked on the way.
final class ByteStream {
  /// How the source is called in messages.
  let name: String
  private let handle: FileHandle
  private var gunzip: Gunzip?

  /// - Parameter isPacked: whether the source is gzip; nil goes by the name.
  init(path: String, isPacked: Bool? = nil) throws(TrainingError) {
    name = path == "-" ? "standard input" : path
    if path == "-" {
      handle = .standardInput
    } else {
      try Self.check(path)
      guard let opened = FileHandle(forReadingAtPath: path) else {
        throw TrainingError(.unusableData, at: path, "cannot be opened; is it a file of yours?")
      }
      handle = opened
    }
    if isPacked ?? path.hasSuffix(".gz") {
      gunzip = Gunzip { [handle] in try handle.read(upToCount: 1 << 16).map { [UInt8]($0) } }
    }
  }

  /// Throws where there is no such file.
  static func check(_ path: String) throws(TrainingError) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TrainingError(.unusableData, at: path, "does not exist")
    }
    guard !isFolder.boolValue else { throw TrainingError(.unusableData, at: path, "is a folder; name the files in it") }
  }

  /// The next bytes, nil at the end.
  func next() throws(TrainingError) -> [UInt8]? {
    do {
      if gunzip != nil { return try gunzip?.next() }
      guard let data = try handle.read(upToCount: 1 << 18), !data.isEmpty else { return nil }
      return [UInt8](data)
    } catch let error as TrainingError {
      throw TrainingError(error.kind, at: name, error.message)
    } catch {
      throw TrainingError(.unusableData, at: name, "cannot be read (\(error.localizedDescription))")
    }
  }
}
