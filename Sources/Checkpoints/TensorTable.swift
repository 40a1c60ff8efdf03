import JSONParsing
import Tensors

/// Where each tensor of a checkpoint lies.
struct TensorTable: Sendable {
  /// A tensor whose bytes are known to lie within its storage, if its element type is known.
  struct Entry: Sendable {
    let name: String
    let shape: Shape
    /// Nil for a type that Swiftlet does not implement; then `typeName` tells which.
    let elementType: ElementType?
    let typeName: String
    let file: String
    let storage: Storage
    let byteOffset: Int
  }

  private(set) var entries: [Entry] = []
  /// The file that is named when a tensor is missing.
  let file: String
  // Names that only Unicode takes for equal are different names.
  private var positions: [ExactString: Int] = [:]

  init(file: String) { self.file = file }

  var names: [String] { entries.map(\.name) }

  /// Adds a tensor.
  mutating func insert(_ entry: Entry) throws(CheckpointError) {
    let key = ExactString(entry.name)
    if let position = positions[key] {
      let other = entries[position].file
      throw CheckpointError(
        .malformed, file: entry.file, field: excerpt(entry.name),
        other == entry.file ? "the tensor is there twice" : "the tensor is in \(other) as well")
    }
    positions[key] = entries.count
    entries.append(entry)
  }

  func entry(_ name: String) -> Entry? { positions[ExactString(name)].map { entries[$0] } }

  func description(of name: String) -> TensorDescription? {
    guard let entry = entry(name), let elementType = entry.elementType else { return nil }
    return TensorDescription(name: name, shape: entry.shape, elementType: elementType)
  }

  func tensor(named name: String) throws(CheckpointError) -> Tensor {
    guard let entry = entry(name) else {
      throw CheckpointError(
        .missing, file: file, field: excerpt(name), "there is no such tensor among the \(entries.count) of the file")
    }
    guard let elementType = entry.elementType else {
      throw CheckpointError(
        .unsupported, file: entry.file, field: excerpt(name),
        "elements of type \(excerpt(entry.typeName)) are not supported; convert the tensor to another type first")
    }
    guard
      let tensor = Tensor(
        viewing: entry.storage, byteOffset: entry.byteOffset, shape: entry.shape, elementType: elementType)
    else {
      throw CheckpointError(.malformed, file: entry.file, field: excerpt(name), "\(entry.shape) exceeds the file")
    }
    return tensor.aligned()
  }
}
