import CTensorKernels
import Foundation

/// The sum of the squares of all numbers, in double precision and always in the same order.
package func sumOfSquares(_ x: Tensor) -> Double {
  let chunk = 16_384
  let chunks = (x.elementCount + chunk - 1) / chunk
  let sums = Tensor(zeros: [max(chunks, 1)])
  ThreadPool.shared.run(chunks, minimum: 4) { range in
    for index in range {
      let count = min(chunk, x.elementCount - index * chunk)
      let p = unsafe x.floatPointer + index * chunk
      unsafe sums.floatPointer[index] = Kernels.table.dot(count, p, p, Int32(CTK_F32))
    }
  }
  return sums.withSpan { sums in (0..<chunks).reduce(0.0) { $0 + Double(sums[$1]) } }
}

/// The constants of one step of AdamW.
package struct AdamStep {
  /// How much of its moments a step keeps, and what it adds to the root of the second.
  package var beta1, beta2, epsilon: Double
  /// What parameters are multiplied by, and what gradients are.
  package var parameterScale, gradientScale: Double
  /// The learning rate.
  package var rate: Double
  /// Which step it is, from 1: the moments begin at zero, and are corrected for that.
  package var number: Int

  package init(
    beta1: Double, beta2: Double, epsilon: Double, parameterScale: Double, gradientScale: Double, rate: Double,
    number: Int
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.parameterScale = parameterScale
    self.gradientScale = gradientScale
    self.rate = rate
    self.number = number
  }

  var kernelStep: ctk_adam {
    ctk_adam(
      beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
      rate: Float(rate / (1 - pow(beta1, Double(number)))),
      second: Float(1 / (1 - pow(beta2, Double(number))).squareRoot()), shrink: Float(parameterScale),
      gradient_scale: Float(gradientScale))
  }
}

/// One step of AdamW for one parameter, in place.
/// - Parameters:
///   - parameter: float32, writable
///   - gradient: in the parameter's shape, as are the moments
package func update(
  _ parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, by adam: AdamStep
) {
  let step = adam.kernelStep
  let count = parameter.elementCount
  precondition(
    gradient.elementCount == count && firstMoment.elementCount == count && secondMoment.elementCount == count)
  precondition(!parameter.storage.isMapped, "a mapped file cannot be trained; copy the tensor first")
  ThreadPool.shared.run(count, minimum: 16_384) { range in
    let start = range.lowerBound
    var step = step
    unsafe Kernels.table.adam(
      range.count, &step, gradient.floatPointer + start, parameter.floatPointer + start,
      firstMoment.floatPointer + start, secondMoment.floatPointer + start)
  }
}
