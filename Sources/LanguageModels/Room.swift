import Foundation
import Tensors

/// Whether the machine has room for something, asked before anything is made: an allocation that fails ends the
/// program, and a disk that fills up does so after hours.
package enum Room {
  /// - Parameters:
  ///   - bytes: How many must be in memory together.
  ///   - what: What for, as the subject of a sentence.
  /// - Throws: `ModelError` when the machine has less memory than that.
  package static func checkMemory(_ bytes: Int, for what: String) throws(ModelError) {
    let memory = ProcessInfo.processInfo.physicalMemory
    guard UInt64(clamping: bytes) > memory else { return }
    throw ModelError(
      .tooLarge,
      "\(what) would take \(gigabytes(bytes)) of memory, and this machine has \(gigabytes(Int(clamping: memory))); "
        + "choose a smaller model or a larger machine.")
  }

  /// - Parameters:
  ///   - bytes: How many are to be written.
  ///   - path: Where to. It need not exist.
  /// - Throws: `ModelError` when the disk has less room than that. A disk that does not say has it.
  package static func checkDisk(_ bytes: Int, at path: String) throws(ModelError) {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" { folder.deleteLastPathComponent() }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value, Int64(clamping: bytes) > free else {
      return
    }
    throw ModelError(
      .tooLarge, file: path,
      "takes \(gigabytes(bytes)), and the disk has \(gigabytes(Int(clamping: free))) left; make room, or choose another "
        + "folder or a smaller type.")
  }

  private static func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}

extension Configuration {
  /// The bytes of all parameters, and of the largest one, in float32. `validate` bounds both.
  var floatByteCounts: (total: Int, largest: Int) {
    let counts = parameters.map { $0.shape.elementCount * 4 }
    return (counts.reduce(0, +), counts.max() ?? 0)
  }
}
