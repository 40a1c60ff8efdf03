// Times attention alone, with the heads of Llama 3.2 1B: one token after many, as in generating, and 256 tokens after
// many, as in reading a prompt. Prints GB/s of keys and values, or GFLOP/s, and the part of what the machine can do:
// bandwidth of its memory, and multiplications and additions.
//
//     swift run -c release --package-path Benchmarks Attention [--json] [--heads 32,8,64] [--depths 128,4096] [TYPE …]
import Foundation
import Swiftlet

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(2)
}

var arguments = Array(CommandLine.arguments.dropFirst())
let json = arguments.contains("--json")
arguments.removeAll { $0 == "--json" }
func numbers(_ name: String, default usual: [Int]) -> [Int] {
  guard let index = arguments.firstIndex(of: name) else { return usual }
  guard index + 1 < arguments.count else { fail("\(name) needs numbers, separated by commas.") }
  let found = arguments[index + 1].split(separator: ",").compactMap { Int($0) }.filter { $0 > 0 }
  if found.isEmpty { fail("\(name) needs numbers, separated by commas.") }
  arguments.removeSubrange(index...index + 1)
  return found
}
let shape = numbers("--heads", default: [32, 8, 64])
let depths = numbers("--depths", default: [128, 512, 1024, 4096, 16_384, 32_768])
guard shape.count == 3, shape[0] % shape[1] == 0 else {
  fail("--heads needs QUERY,KEY,SIZE; key heads divide the others.")
}
let (headCount, kvHeadCount, size) = (shape[0], shape[1], shape[2])
let types = arguments.isEmpty ? KVCacheTypes.choices : arguments.compactMap { ElementType(rawValue: $0) }
guard types.allSatisfy(KVCacheTypes.choices.contains), types.count == max(arguments.count, types.count) else {
  fail("types are \(KVCacheTypes.choices.map(\.rawValue).joined(separator: ", ")).")
}

var source = RandomSource(seed: 1)
func random(_ rows: Int, _ columns: Int) -> Tensor {
  Tensor((0..<rows * columns).map { _ in Float(source.nextUnit()) - 0.5 }, shape: [rows, columns])
}
let some = (random(256, kvHeadCount * size), random(256, kvHeadCount * size))

/// A layer's keys and values of so many tokens.
func layer(_ tokens: Int, _ type: ElementType) -> KeyValuePages {
  let pages = KeyValuePages(
    tokens: tokens, kvHeadCount: kvHeadCount, headSize: size, keyType: type, valueType: type)
  for first in stride(from: 0, to: tokens, by: 256) {
    let count = min(256, tokens - first)
    pages.write(keys: some.0.rows(0..<count), values: some.1.rows(0..<count), at: first)
  }
  return pages
}

/// Seconds of one layer's attention: the best of several trials, each of which goes around all layers.
func seconds(_ queries: Tensor, after depth: Int, _ layers: [KeyValuePages], trials: Int) -> Double {
  func attend(_ pages: KeyValuePages) {
    let segment = AttentionSegment(queryRows: 0..<queries.shape[0], pages: pages, firstPosition: depth)
    _ = attention(
      queries: queries, segments: [segment], headCount: headCount, kvHeadCount: kvHeadCount, headSize: size,
      scale: 0.125, pattern: .full, sinks: nil)
  }
  attend(layers[0])
  let clock = ContinuousClock()
  var best = Double.infinity
  for _ in 0..<trials {
    best = min(best, clock.measure { layers.forEach(attend) } / .seconds(1) / Double(layers.count))
  }
  return best
}

func line(_ type: ElementType, _ depth: Int, _ kind: String, _ seconds: Double, _ speed: Double, _ limit: Double) {
  let rounded = String(
    format: "%.1f µs, %.1f of %.1f G/s, %.0f%%", seconds * 1e6, speed / 1e9, limit / 1e9, 100 * speed / limit)
  print(
    json
      ? "{\"type\": \"\(type.rawValue)\", \"depth\": \(depth), \"kind\": \"\(kind)\", \"seconds\": \(seconds), "
        + "\"per_second\": \(speed), \"limit\": \(limit)}"
      : "\(type.rawValue), \(kind) after \(depth): \(rounded)")
}

let (one, many) = (random(1, headCount * size), random(256, headCount * size))
for type in types {
  for depth in depths {
    // Layers enough that none is found in a cache, as in a model.
    let bytes =
      KeyValuePages(tokens: 1, kvHeadCount: kvHeadCount, headSize: size, keyType: type, valueType: type)
      .bytesPerToken * depth
    let layers = (0..<max(1, min(512, (192 << 20) / bytes))).map { _ in layer(depth + 256, type) }
    // What the machine can do changes from minute to minute where others share it.
    let bandwidth = MachineSpeed.readBandwidth()
    let read = seconds(one, after: depth, layers, trials: 5)
    line(type, depth, "one token", read, Double(bytes) / read, bandwidth)
    if depth > 8192 { continue }
    let peak = MachineSpeed.floatPeak()
    let computed = seconds(many, after: depth, [layers[0]], trials: 3)
    let work = 4 * Double(headCount * size) * (0..<256).reduce(0.0) { $0 + Double(depth + $1 + 1) }
    line(type, depth, "256 tokens", computed, work / computed, peak)
  }
}
