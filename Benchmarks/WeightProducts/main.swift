// Times products with a weight of every element type, as a model computes them: one row as in generating, 4 and 8 rows
// as in checking guesses, 256 rows as in reading a prompt. Prints GB/s of the weight for a few rows and GFLOP/s for
// many, and the part of what the machine can do: bandwidth of its memory, and multiplications and additions.
//
//     swift run -c release --package-path Benchmarks WeightProducts [--json] [TYPE …]
import Foundation
import Swiftlet

let arguments = CommandLine.arguments.dropFirst()
let json = arguments.contains("--json")
let named = arguments.filter { $0 != "--json" }
let whole: Set<ElementType> = [.i8, .u8, .i16, .i32, .i64, .f64]
let types = ElementType.allCases.filter { type in
  !whole.contains(type) && (named.isEmpty || named.contains { $0.lowercased() == type.rawValue.lowercased() })
}
guard !types.isEmpty else {
  print(
    "unknown type; known: \(ElementType.allCases.filter { !whole.contains($0) }.map(\.rawValue).joined(separator: ", "))"
  )
  exit(2)
}

/// A weight of small numbers: bytes below 0x40 are such in every type, and none of their scales is large.
func weight(_ output: Int, _ input: Int, _ type: ElementType, seed: UInt64) -> Tensor {
  let tensor = Tensor(uninitialized: [output, input], elementType: type)
  var source = RandomSource(seed: seed)
  tensor.withMutableBytes { bytes in
    for index in stride(from: 0, to: bytes.byteCount - 7, by: 8) {
      bytes.storeBytes(of: source.next() & 0x3f3f_3f3f_3f3f_3f3f, toByteOffset: index, as: UInt64.self)
    }
    for index in bytes.byteCount & ~7..<bytes.byteCount { bytes.storeBytes(of: 1, toByteOffset: index, as: UInt8.self) }
  }
  return tensor
}

/// Seconds of one product: the best of several trials, each of which goes around all weights, so that none is found in
/// a cache where there are enough of them.
func seconds(_ rows: Int, _ parts: [Linear], trials: Int) -> Double {
  let input = parts[0].weight.shape.columnCount
  var source = RandomSource(seed: 1)
  let x = Tensor((0..<rows * input).map { _ in Float(source.nextUnit()) - 0.5 }, shape: [rows, input])
  let clock = ContinuousClock()
  for part in parts { _ = linears(x, [part]) }  // makes the copies that models keep
  var best = Double.infinity
  for _ in 0..<trials {
    let elapsed = clock.measure { for part in parts { _ = linears(x, [part]) } }
    best = min(best, elapsed / .seconds(1) / Double(parts.count))
  }
  return best
}

func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

let (bandwidth, peak) = (MachineSpeed.readBandwidth(), MachineSpeed.floatPeak())
if json {
  print("{\"read_bytes_per_second\": \(bandwidth), \"float_operations_per_second\": \(peak), \"products\": [")
} else {
  print(
    String(
      format: "%d threads: reading %.1f GB/s, %.1f GFLOP/s", ThreadPool.shared.threadCount, bandwidth / 1e9, peak / 1e9)
  )
  print("  type        shape   1 row: GB/s of limit    4 rows    8 rows   256 rows: GFLOP/s of peak")
}
var isFirst = true
for type in types {
  for (output, input) in [(2048, 8192), (8192, 2048)] {
    let first = weight(output, input, type, seed: 1)
    // A quarter of a gigabyte is more than caches hold.
    let copies = max(1, (256 << 20) / first.byteCount)
    let parts = (0..<copies).map {
      Linear(weight: $0 == 0 ? first : weight(output, input, type, seed: UInt64($0 + 1))).kept
    }
    let few = [1, 4, 8].map { seconds($0, parts, trials: 3) }
    let many = seconds(256, [parts[0]], trials: 3)
    let speeds = few.map { Double(first.byteCount) / $0 }
    let operations = 2 * 256 * Double(output * input) / many
    if json {
      print(
        """
        \(isFirst ? " " : ",") {"type": "\(type.rawValue)", "shape": [\(output), \(input)], "bytes": \(first.byteCount), \
        "seconds": {"1": \(few[0]), "4": \(few[1]), "8": \(few[2]), "256": \(many)}, \
        "share_of_bandwidth": \(speeds[0] / bandwidth), "share_of_peak": \(operations / peak)}
        """)
      isFirst = false
    } else {
      print(
        padded(type.rawValue, 6) + padded("\(output)x\(input)", 13)
          + String(
            format: "  %12.2f %7.0f%%  %8.2f  %8.2f  %17.1f %7.0f%%", speeds[0] / 1e9, 100 * speeds[0] / bandwidth,
            speeds[1] / 1e9, speeds[2] / 1e9, operations / 1e9, 100 * operations / peak))
    }
  }
}
if json { print("]}") }
