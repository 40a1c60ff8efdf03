import CTensorKernels

/// Remembers operations as they are computed, so that gradients can be computed backwards through them.
///
/// Every operation takes a tape or none. With one, and with an operand whose gradient is wanted, it leaves a step: what
/// to do with the gradient of its result. A gradient belongs to a whole `Storage`, one float32 per element, so that the
/// gradient of a view (`rows`, `reshaped`, a subscript) is the same view of the gradient and views need no step.
///
///     let tape = Tape()
///     tape.watch(weight)                                       // [output, input]
///     let y = linear(x, weight: weight, tape: tape)
///     let loss = softmaxCrossEntropy(y, head: head, targets: targets, tape: tape).loss
///     tape.backward(from: loss)
///     tape.gradient(of: weight)                                // [output, input], float32
///
/// Sums have the same order whatever the threads do: the same calls give the same bits.
public final class Tape {
  /// Where the gradient of a tensor is kept; holding it does not hold the tensor's memory.
  package struct Place {
    let storage: Int
    let shape: Shape
    let first, capacity: Int
    var isWhole: Bool { shape.elementCount == capacity }
  }

  private struct Gradient {
    var buffer: Tensor?  // [capacity]
    var isWritten = false
    let isParameter: Bool
  }

  private struct Step {
    let outputs: [Place]
    let backward: (Tape, [Tensor?]) -> Void
  }

  private var gradients: [Int: Gradient] = [:]  // by the identity of a storage
  private var steps: [Step] = []
  private var isPaused = false
  var isRecording: Bool { !isPaused }
  /// Operands that steps wait for, by where they were computed.
  var keptTensors: [KeptKey: WeakKeptTensor] = [:]

  /// In which type operands wait for `backward`: `.bf16` takes half of the memory of `.f32`, and its rounding moves
  /// gradients by less than a hundredth. Attention keeps its own in float32.
  public var activationType = ElementType.f32

  /// What the operations in between leave out at random; nil, as in inference, for nothing.
  public var dropout: Dropout?

  /// Told of every product of `linear` before it is computed: what goes in, [rows, input], and the weight. A tape that
  /// watches nothing records nothing, and serves to see what a model's weights meet.
  public var onLinear: ((_ x: Tensor, _ weight: Tensor) -> Void)?

  /// How many operations are waiting for `backward`.
  public var stepCount: Int { steps.count }

  /// A tape that has seen nothing.
  public init() {}

  // MARK: - Parameters

  /// Asks for the gradient of a parameter of any plain type. Its storage must hold nothing else, and not be a mapped
  /// file.
  ///
  /// Gradients of parameters add up over `backward` calls until `resetGradients`.
  public func watch(_ parameter: Tensor) {
    precondition(!parameter.storage.isMapped, "a mapped file cannot be trained; copy the tensor first")
    let place = parameter.place
    precondition(place.isWhole, "a parameter needs memory of its own, not a part of another tensor's")
    if gradients[place.storage] == nil { gradients[place.storage] = Gradient(isParameter: true) }
  }

  /// Whether a gradient for this tensor is wanted: it is a parameter, or computed from one.
  public func isTracked(_ tensor: Tensor) -> Bool { gradients[tensor.storage.identity] != nil }

  /// The same for where a tensor's gradient is kept.
  func wants(_ place: Place) -> Bool { gradients[place.storage] != nil }

  /// Whether an operation on this tensor would be recorded now.
  func records(_ tensor: Tensor) -> Bool { !isPaused && isTracked(tensor) }

  /// What `backward` has added up for a parameter, or nil when nothing has reached it yet: float32, in its shape.
  public func gradient(of parameter: Tensor) -> Tensor? {
    let place = parameter.place
    guard let gradient = gradients[place.storage], gradient.isWritten, let buffer = gradient.buffer else { return nil }
    return buffer.view(of: place)
  }

  /// Forgets the gradients of all parameters. Their memory is kept for the next ones.
  public func resetGradients() {
    for key in gradients.keys { gradients[key]?.isWritten = false }
  }

  // MARK: - Recording

  /// Adds a step if the gradient of an input is wanted; then that of the output is, too.
  /// - Parameter backward: Gets this tape and the gradient of the output, which it may write over.
  package func record(_ inputs: [Tensor], _ output: Tensor, _ backward: @escaping (Tape, Tensor) -> Void) {
    record(inputs, outputs: [output]) { tape, gradients in
      if let gradient = gradients[0] { backward(tape, gradient) }
    }
  }

  /// The same for several outputs, each a storage of its own. A gradient is nil where nothing depended on the output.
  package func record(_ inputs: [Tensor], outputs: [Tensor], _ backward: @escaping (Tape, [Tensor?]) -> Void) {
    guard !isPaused, inputs.contains(where: isTracked) else { return }
    append(outputs: outputs, backward)
  }

  private func append(outputs: [Tensor], _ backward: @escaping (Tape, [Tensor?]) -> Void) {
    let places = outputs.map(\.place)
    for place in places {
      precondition(place.isWhole, "an operation's result has memory of its own")
      gradients[place.storage] = Gradient(isParameter: false)
    }
    steps.append(Step(outputs: places, backward: backward))
  }

  /// Computes `body(x)` without keeping what happens inside; `backward` computes it once more to find out.
  ///
  /// Memory then holds the inside of one such block at a time (Chen et al. 2016, "Training Deep Nets with Sublinear
  /// Memory Cost"), and the gradients are the same to the last bit.
  /// - Parameter body: Makes a new tensor, the same one both times; the tape that it gets records the second time only.
  public func checkpointed(_ x: Tensor, _ body: @escaping (Tensor, Tape) -> Tensor) -> Tensor {
    let wasPaused = isPaused
    isPaused = true
    let out = body(x, self)
    isPaused = wasPaused
    guard !isPaused else { return out }
    append(outputs: [out]) { tape, gradients in
      guard let gradient = gradients[0] else { return }
      // These steps come last, so they are the next that `backward` goes through.
      let again = body(x, tape)
      tape.accumulate(into: again.place, giving: gradient)
    }
    return out
  }

  // MARK: - Backward

  /// Computes the gradient of every parameter that `loss` depends on, and forgets the steps on the way.
  /// - Parameter loss: One number, or several whose sum is meant.
  public func backward(from loss: Tensor) {
    accumulate(into: loss.place) { gradient, _ in
      for index in 0..<gradient.elementCount { unsafe gradient.floatPointer[index] = 1 }
    }
    while let step = steps.popLast() {
      let results = step.outputs.map { place in
        let gradient = gradients.removeValue(forKey: place.storage)
        return gradient?.isWritten == true ? gradient?.buffer?.view(of: place) : nil
      }
      if results.contains(where: { $0 != nil }) { step.backward(self, results) }
    }
    forgetKeptTensors()
  }

  /// The memory of a gradient that is about to be written, or to be added to if `adds`; nil where none is wanted.
  package func target(at place: Place) -> (gradient: Tensor, adds: Bool)? {
    guard var gradient = gradients[place.storage] else { return nil }
    let buffer = gradient.buffer ?? Tensor(uninitialized: [place.capacity])
    var adds = gradient.isWritten
    if !adds, !place.isWhole {
      buffer.zero()
      adds = true
    }
    gradient.buffer = buffer
    gradient.isWritten = true
    gradients[place.storage] = gradient
    return (buffer.view(of: place), adds)
  }

  /// Lets `body` write a gradient, or add to it if its second argument says so. Does nothing where none is wanted.
  package func accumulate(into place: Place, _ body: (_ gradient: Tensor, _ adds: Bool) -> Void) {
    if let (gradient, adds) = target(at: place) { body(gradient, adds) }
  }

  /// A gradient to add to, zeros if it is the first; nil where none is wanted.
  package func sum(at place: Place) -> Tensor? {
    guard let (gradient, adds) = target(at: place) else { return nil }
    if !adds { gradient.zero() }
    return gradient
  }

  /// Adds a gradient.
  package func accumulate(into place: Place, adding addend: Tensor) {
    accumulate(into: place) { gradient, adds in
      ThreadPool.shared.run(addend.elementCount, minimum: 32_768) { range in
        let (target, source) = unsafe (gradient.floatPointer + range.lowerBound, addend.floatPointer + range.lowerBound)
        if adds {
          unsafe Kernels.table.add(range.count, target, source, target)
        } else {
          unsafe target.update(from: source, count: range.count)
        }
      }
    }
  }

  /// Adds a gradient that nobody else will read or write: where it is the first, its memory is taken over.
  package func accumulate(into place: Place, giving addend: Tensor) {
    if let gradient = gradients[place.storage], !gradient.isWritten, gradient.buffer == nil, place.isWhole,
      addend.place.isWhole
    {
      gradients[place.storage] = Gradient(
        buffer: addend.reshaped(to: [place.capacity]), isWritten: true, isParameter: gradient.isParameter)
    } else {
      accumulate(into: place, adding: addend)
    }
  }
}

extension Tensor {
  /// Writes zeros over float32 elements.
  func zero() {
    ThreadPool.shared.run(elementCount, minimum: 1 << 18) { range in
      unsafe (floatPointer + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }

  /// Where a tape keeps the gradient.
  package var place: Tape.Place {
    func elements(_ bytes: Int) -> Int { bytes / elementType.bytesPerBlock * elementType.blockSize }
    return Tape.Place(
      storage: storage.identity, shape: shape, first: elements(byteOffset), capacity: elements(storage.byteCount))
  }

  fileprivate func view(of place: Tape.Place) -> Tensor {
    rows(place.first..<place.first + place.shape.elementCount).reshaped(to: place.shape)
  }
}
