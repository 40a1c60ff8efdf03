public import Tensors

/// Named tensors in files: safetensors, GGUF or llama2.c.
///
/// Opening a checkpoint reads only what describes the tensors. The tensors are views of the mapped file, which must
/// not be changed as long as one of them lives.
///
///     let checkpoint = try SafetensorsCheckpoint(path: "gpt2")
///     let weight = try checkpoint.tensor(named: "wte.weight")
public protocol Checkpoint: Sendable {
  /// The names of all tensors, in the order of the file.
  var tensorNames: [String] { get }
  /// Shape and element type of a tensor, or nil when there is none of that name or Swiftlet lacks its element type.
  func description(of name: String) -> TensorDescription?
  /// A tensor, as a view of the mapped file (a copy only if the file places it at an odd address).
  /// - Throws: `CheckpointError` when there is none of that name, or Swiftlet lacks its element type.
  func tensor(named name: String) throws(CheckpointError) -> Tensor
}

/// Name, shape and element type of a tensor in a checkpoint.
public struct TensorDescription: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The extents, outermost first.
  public let shape: Shape
  /// How the elements are stored.
  public let elementType: ElementType

  /// Describes a tensor.
  public init(name: String, shape: Shape, elementType: ElementType) {
    self.name = name
    self.shape = shape
    self.elementType = elementType
  }

  /// The bytes of the elements, or nil when the shape splits a block or is too large.
  package var byteCount: Int? {
    guard let count = Shape.checkedElementCount(shape.dimensions), shape.columnCount % elementType.blockSize == 0
    else { return nil }
    return elementType.byteCount(elements: count)
  }
}
