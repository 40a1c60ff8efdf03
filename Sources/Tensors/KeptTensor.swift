/// An activation that waits for `backward`, perhaps in fewer bits than it was computed with.
package final class KeptTensor {
  /// The numbers as they wait.
  let stored: Tensor
  /// The numbers in float32.
  var tensor: Tensor { stored.converted(to: .f32) }

  init(_ stored: Tensor) { self.stored = stored }
}

extension Tape {
  /// Which numbers of which storage an activation is.
  struct KeptKey: Hashable {
    let storage, byteOffset: Int
    let shape: Shape
  }

  /// A `KeptTensor` that lives for as long as a step needs it.
  struct WeakKeptTensor {
    weak var tensor: KeptTensor?
  }

  /// Keeps an operand for `backward` as `activationType` says; operations that keep the same one share the copy.
  package func keep(_ x: Tensor) -> KeptTensor {
    guard isRecording else { return KeptTensor(x) }
    let key = KeptKey(storage: x.storage.identity, byteOffset: x.byteOffset, shape: x.shape)
    if let found = keptTensors[key]?.tensor { return found }
    let fits = x.shape.columnCount % activationType.blockSize == 0
    let kept = KeptTensor(fits ? x.converted(to: activationType) : x)
    keptTensors[key] = WeakKeptTensor(tensor: kept)
    return kept
  }

  /// The bytes of the operands that wait for `backward`; those that two operations share count once.
  package var keptByteCount: Int {
    keptTensors.values.reduce(0) { $0 + ($1.tensor?.stored.byteCount ?? 0) }
  }

  /// Forgets where operands were that nothing waits for any more.
  func forgetKeptTensors() { keptTensors = keptTensors.filter { $0.value.tensor != nil } }
}
