import Checkpoints
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// A small checkpoint with what transformers computed on it in float32.
struct GoldenCase: CustomStringConvertible, Sendable {
  static let names = [
    "gpt1", "gpt2", "gpt2-untied", "gpt3-neo", "gpt3-opt", "gpt-oss", "llama1-mha", "llama2-gqa", "llama31-ropescaled",
    "llama32-tied-headdim", "llama-bias", "llama-rope-linear", "llama-rope-yarn", "llama4-text",
    "llama4-temperature",
  ]
  let name: String
  var description: String { name }

  static var folder: String { Bundle.module.bundlePath + "/Fixtures/golden" }
  static let all = names.map { GoldenCase(name: $0) }
  var path: String { Self.folder + "/" + name }

  /// `input_ids` and `greedy_ids`, one list per batch row, and `logits` [batch, length, vocabulary].
  func expected() throws -> (inputs: [[Int]], greedy: [[Int]], logits: Tensor) {
    let file = try SafetensorsCheckpoint(path: path + "/expected.safetensors")
    func ids(_ name: String) throws -> [[Int]] {
      let tensor = try file.tensor(named: name)
      let flat = tensor.withBytes { bytes in
        (0..<tensor.elementCount).map { unsafe Int(bytes.unsafeLoadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
      }
      return stride(from: 0, to: flat.count, by: tensor.shape[1]).map { Array(flat[$0..<$0 + tensor.shape[1]]) }
    }
    return (try ids("input_ids"), try ids("greedy_ids"), try file.tensor(named: "logits"))
  }
}

/// Every family computes what transformers computes.
@Suite struct GoldenTests {
  /// The issue allows 1e-3; float32 in another order of summation stays well below this.
  static let tolerance: Float = 2e-4

  @Test(arguments: GoldenCase.all) func onePass(_ golden: GoldenCase) throws {
    let model = try LanguageModel.load(from: golden.path)
    let expected = try golden.expected()
    for (row, ids) in expected.inputs.enumerated() {
      let difference = largestDifference(try model.logits(ids).floats(), expected.logits[row].floats())
      #expect(difference <= Self.tolerance, "\(golden) row \(row)")
    }
  }

  @Test(arguments: GoldenCase.all, [1, 5]) func throughTheCache(_ golden: GoldenCase, chunk: Int) throws {
    let model = try LanguageModel.load(from: golden.path)
    let expected = try golden.expected()
    for (row, ids) in expected.inputs.enumerated() {
      let cache = model.makeCache(.f32)
      var logits: [Float] = []
      for start in stride(from: 0, to: ids.count, by: chunk) {
        let part = Array(ids[start..<min(start + chunk, ids.count)])
        logits += try model.forward(part, cache: cache, logits: .all).floats()
      }
      #expect(cache.count == ids.count)
      #expect(largestDifference(logits, expected.logits[row].floats()) <= Self.tolerance, "\(golden) row \(row)")
    }
  }

  @Test(arguments: GoldenCase.all) func greedyContinuation(_ golden: GoldenCase) throws {
    let model = try LanguageModel.load(from: golden.path)
    let expected = try golden.expected()
    for (ids, greedy) in zip(expected.inputs, expected.greedy) {
      let cache = model.makeCache(.f32)
      var all = ids
      var next = try model.forward(ids, cache: cache).floats()
      while all.count < greedy.count {
        let best = next.indices.max { next[$0] < next[$1] } ?? 0
        all.append(best)
        if all.count < greedy.count { next = try model.forward([best], cache: cache).floats() }
      }
      #expect(all == greedy)
    }
  }
}
