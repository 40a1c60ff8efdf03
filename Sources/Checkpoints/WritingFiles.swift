import Tensors

extension OutputFile {
  /// Starts a file of a checkpoint.
  static func create(_ path: String) throws(CheckpointError) -> OutputFile {
    do { return try OutputFile(path: path) } catch { throw CheckpointError(error) }
  }

  /// Appends bytes.
  func append(_ bytes: [UInt8]) throws(CheckpointError) {
    do { try write(bytes) } catch { throw CheckpointError(error) }
  }

  /// Appends the elements of a tensor, which must be what its description promised.
  func append(_ tensor: Tensor, described description: TensorDescription) throws(CheckpointError) {
    guard tensor.shape == description.shape, tensor.elementType == description.elementType else {
      throw CheckpointError(
        .unwritable, file: path, field: excerpt(description.name),
        "got \(tensor.shape) \(tensor.elementType) where \(description.shape) \(description.elementType) was described")
    }
    do { try write(tensor) } catch { throw CheckpointError(error) }
  }

  /// Gives the file its name.
  func conclude() throws(CheckpointError) {
    do { try moveIntoPlace() } catch { throw CheckpointError(error) }
  }
}

extension CheckpointError {
  init(_ error: OutputFileError) {
    self.init(.unwritable, file: error.path, error.reason)
  }
}

/// The name of a part among several, as Hugging Face and llama.cpp number them: `model-00001-of-00003`.
func numbered(_ stem: String, part: Int, of count: Int) -> String {
  func digits(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
  }
  return "\(stem)-\(digits(part))-of-\(digits(count))"
}

/// Groups of neighbours that take no more than `maximumBytes` together; a single one may. There is at least one group.
func groups(sizes: [Int], maximumBytes: Int?) -> [[Int]] {
  guard let maximumBytes else { return [Array(sizes.indices)] }
  var groups: [[Int]] = [[]]
  var room = maximumBytes
  for (index, size) in sizes.enumerated() {
    if size > room, groups.last?.isEmpty == false {
      groups.append([])
      room = maximumBytes
    }
    groups[groups.count - 1].append(index)
    room -= min(size, room)
  }
  return groups
}

/// The bytes of a number, lowest first.
func littleEndianBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
}
