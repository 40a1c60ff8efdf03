package import CTensorKernels
import Foundation

/// The C loops that operations call: the fastest table that this processor runs, chosen once.
package enum Kernels {
  /// `SWIFTLET_KERNELS=scalar` (or `avx2`, …) asks for a slower table, to test or to measure it.
  package nonisolated(unsafe) static let table: ctk_table = {
    if let name = ProcessInfo.processInfo.environment["SWIFTLET_KERNELS"], let table = named(name) { return table }
    return unsafe ctk_table_best().pointee
  }()

  /// The table of an instruction set, or nil where this processor does not have it.
  package static func named(_ name: String) -> ctk_table? {
    guard let table = unsafe ctk_table_named(name) else { return nil }
    return unsafe table.pointee
  }

  /// What instruction set the kernels use.
  package static var name: String { unsafe String(cString: table.name) }
}

extension ElementType {
  /// The kernels' number of a type that they read directly; nil for the others, which are decoded first.
  var plainCode: Int32? {
    switch self {
    case .f32: Int32(CTK_F32)
    case .f16: Int32(CTK_F16)
    case .bf16: Int32(CTK_BF16)
    default: nil
    }
  }

  /// The kernels' number of a type that attention reads from a cache; nil for the others.
  var cacheCode: Int32? {
    switch self {
    case .q8_0: Int32(CTK_Q8_0)
    case .q4_0: Int32(CTK_Q4_0)
    default: plainCode
    }
  }

  /// The number by which GGUF, and the block kernels, name a type; nil when it has none.
  package var ggufCode: Int32? {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q4_1: 3
    case .q5_0: 6
    case .q5_1: 7
    case .q8_0: 8
    case .q2_K: 10
    case .q3_K: 11
    case .q4_K: 12
    case .q5_K: 13
    case .q6_K: 14
    case .iq4_nl: 20
    case .iq4_xs: 23
    case .i8: 24
    case .i16: 25
    case .i32: 26
    case .i64: 27
    case .f64: 28
    case .bf16: 30
    case .mxfp4: 39
    case .u8: nil
    }
  }
}

extension Tensor {
  /// Decodes rows of `columnCount` elements into float32 memory.
  func decodeRows(_ range: Range<Int>, into out: UnsafeMutablePointer<Float>) {
    unsafe elementType.decode(
      pointer + range.lowerBound * bytesPerRow, count: range.count * shape.columnCount, into: out)
  }
}

extension ElementType {
  /// Decodes `count` elements that begin at `source`, whole blocks, into float32 memory.
  func decode(_ source: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Float>) {
    if let code = plainCode {
      unsafe Kernels.table.widen(count, source, code, out)
      return
    }
    switch self {
    case .i8: for i in 0..<count { unsafe out[i] = Float(source.load(fromByteOffset: i, as: Int8.self)) }
    case .u8: for i in 0..<count { unsafe out[i] = Float(source.load(fromByteOffset: i, as: UInt8.self)) }
    case .i16: for i in 0..<count { unsafe out[i] = Float(source.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self)) }
    case .i32: for i in 0..<count { unsafe out[i] = Float(source.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self)) }
    case .i64: for i in 0..<count { unsafe out[i] = Float(source.loadUnaligned(fromByteOffset: 8 * i, as: Int64.self)) }
    case .f64:
      for i in 0..<count { unsafe out[i] = Float(source.loadUnaligned(fromByteOffset: 8 * i, as: Double.self)) }
    default:
      let status = unsafe ctk_decode_blocks(ggufCode ?? -1, source, count, out)
      precondition(status == 0, "every block type has a decoder")
    }
  }
}
