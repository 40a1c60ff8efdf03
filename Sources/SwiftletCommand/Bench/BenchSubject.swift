import ArgumentParser
import Foundation
import Swiftlet

/// A model whose speed is measured, and what it took to open it.
struct BenchSubject {
  let name: String
  let model: LanguageModel
  let meter: SpeedMeter
  let cacheTypes: KVCacheTypes
  /// Seconds until a first token could be asked for; nil for weights that were made, not opened.
  let loadSeconds: Double?
  /// Seconds of the first token's pass, which brings the weights of a mapped file into memory.
  let firstTokenSeconds: Double

  /// Opens a model, or makes random weights of a preset's shape.
  init(_ name: String, presetType: ElementType, cacheTypes: KVCacheTypes) throws {
    self.name = name
    self.cacheTypes = cacheTypes
    let clock = ContinuousClock()
    let start = clock.now
    if !FileManager.default.fileExists(atPath: name), BuiltInModel(named: name) == nil, let preset = Preset.named(name)
    {
      model = try LanguageModel(preset.configuration, seed: 0, elementType: presetType)
      meter = SpeedMeter(model, cacheTypes: cacheTypes)
      loadSeconds = nil
    } else {
      let path = FileManager.default.fileExists(atPath: name) ? name : try BuiltInModel.path(of: name)
      model = try LanguageModel.load(from: path)
      meter = SpeedMeter(model, cacheTypes: cacheTypes)
      loadSeconds = (clock.now - start) / .seconds(1)
    }
    firstTokenSeconds = try meter.readFirstToken()
  }

  /// How the matrices are stored: the type of most of them, and whether there are others.
  var typeName: String {
    let types = model.weightTypes
    return (types.first?.rawValue ?? "f32") + (types.count > 1 ? "+" : "")
  }

  /// What the machine has at most so much of.
  enum Limit: String { case compute, reading }

  /// The part of the machine's limit that a result reaches: of its multiplications and additions for a prompt, of the
  /// bandwidth of its memory for generation. Texts side by side may come nearer to the former.
  func share(of result: SpeedResult, _ limits: MachineLimits) -> (part: Double, limit: Limit) {
    let (test, speed) = (result.test, result.median)
    let inspection = ModelInspection(model.configuration)
    switch test.kind {
    case .prompt:
      let work = inspection.floatingPointOperations(prompt: test.tokens, depth: test.depth)
      return (work / Double(test.tokens) * speed / limits.floatPeak, .compute)
    case .generation:
      let reading = Double(bytesRead(perTokenOf: test)) * speed / limits.readBandwidth
      let work = inspection.floatingPointOperationsPerToken(depth: middle(of: test))
      let compute = Double(work) * speed / limits.floatPeak
      return test.sequences > 1 && compute > reading ? (compute, .compute) : (reading, .reading)
    }
  }

  /// The bytes that a token of a test reads at the least, on average. Texts side by side read the weights together.
  func bytesRead(perTokenOf test: SpeedTest) -> Int {
    model.bytesRead(perTokenAt: middle(of: test), cacheTypes: cacheTypes, sequences: test.sequences)
  }

  private func middle(of test: SpeedTest) -> Int { test.depth + test.tokens / 2 }
}
