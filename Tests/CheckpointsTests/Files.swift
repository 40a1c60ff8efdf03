import Checkpoints
import Foundation
import Tensors
import Testing

/// A folder that is removed when the test is over.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "swiftlet-\(UUID().uuidString)"
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: some Sequence<UInt8>, as name: String) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  func bytes(of name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name)))
  }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// Little-endian bytes.
func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
}

/// The folder of material that a clone on a fresh machine lacks.
let shared = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "../shared")
let hasShared = FileManager.default.fileExists(atPath: shared.path())

/// A tensor of any plain type whose bytes count up from `first`.
func countingTensor(_ description: TensorDescription, first: UInt8) -> Tensor {
  let tensor = Tensor(zeros: description.shape, elementType: description.elementType)
  tensor.withMutableBytes { bytes in
    for index in 0..<bytes.byteCount {
      bytes.storeBytes(of: first &+ UInt8(truncatingIfNeeded: index), toByteOffset: index, as: UInt8.self)
    }
  }
  return tensor
}

func bytes(of tensor: Tensor) -> [UInt8] {
  tensor.withBytes { bytes in
    var copy: [UInt8] = []
    for index in 0..<bytes.byteCount { copy.append(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
    return copy
  }
}
