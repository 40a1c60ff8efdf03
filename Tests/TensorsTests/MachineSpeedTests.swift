import Tensors
import Testing

@Suite struct MachineSpeedTests {
  /// A product reaches a part of the peak, and no more than all of it.
  @Test func noProductIsFasterThanThePeak() {
    let side = 256
    let a = Tensor(zeros: [side, side])
    let clock = ContinuousClock()
    let peak = MachineSpeed.floatPeak()
    let best = (0..<20).map { _ in clock.measure { _ = matrixMultiply(a, a) } / .seconds(1) }.min() ?? .infinity
    let speed = 2 * Double(side * side * side) / best
    // Other programs may slow either measurement down.
    #expect(peak > 1e8 && speed < 1.5 * peak, "\(speed) of \(peak)")
  }
}
