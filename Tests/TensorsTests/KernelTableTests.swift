import KernelChecks
import Tensors
import Testing

@Suite struct KernelTableTests {
  static let names = ["scalar", "avx2", "avx512", "avx512vnni", "neon", "neondot", "neoni8mm"].filter {
    unsafe Kernels.named($0) != nil
  }

  /// The checks are in C: Tests/KernelChecks.
  @Test("Every table that this processor runs computes what the scalar reference computes", arguments: names)
  func agreesWithTheReference(_ name: String) {
    #expect(unsafe String(cString: kernel_disagreements(name)) == "")
  }
}
