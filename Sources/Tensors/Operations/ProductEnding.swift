import CTensorKernels

/// What a product's results go through while they are in the cache of the thread that made them.
enum ProductEnding {
  case none
  /// This is added: a residual stream.
  case sum(with: Tensor)
  case activation(Activation)
  /// They are `up`, and this is the gate that they combine with.
  case gate(Tensor, GateFunction)

  /// The same in addresses and numbers, for threads to share. Operands are shaped as the results are.
  enum Kernel {
    case none
    case sum(with: UnsafePointer<Float>)
    case activation(Int32)
    case gate(UnsafePointer<Float>, GateFunction)

    /// - Parameters:
    ///   - results: Some that follow one another.
    ///   - place: Where the first of them is among all.
    func apply(_ results: UnsafeMutablePointer<Float>, count: Int, at place: Int) {
      switch self {
      case .none: break
      case .sum(let other): unsafe Kernels.table.add(count, results, other + place, results)
      case .activation(let kind): unsafe Kernels.table.activation(count, kind, results, results)
      case .gate(let gate, let function): unsafe function.combine(count, gate: gate + place, up: results, into: results)
      }
    }
  }

  /// As good as the operand lives.
  var kernel: Kernel {
    switch self {
    case .none: .none
    case .sum(let other): unsafe .sum(with: other.floatPointer)
    case .activation(let kind): .activation(kind.code)
    case .gate(let gate, let function): unsafe .gate(gate.floatPointer, function)
    }
  }

  /// The ending of a product whose kernels know of none.
  func apply(to out: Tensor) {
    if case .none = self { return }
    let kernel = kernel
    ThreadPool.shared.run(out.elementCount, minimum: 8192) { range in
      unsafe kernel.apply(out.floatPointer + range.lowerBound, count: range.count, at: range.lowerBound)
    }
    withExtendedLifetime(self) {}
  }
}
