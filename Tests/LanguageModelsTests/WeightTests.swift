import LanguageModels
import Tensors
import Testing

@Suite struct WeightTests {
  @Test func weightsAreCountedAsTheyAreStored() throws {
    var shape = Configuration.llamaSmall
    shape.layers = Array(shape.layers.prefix(2))
    let (vocabulary, hidden) = (shape.vocabularySize, shape.hiddenSize)
    let inspection = ModelInspection(shape)
    let floats = try LanguageModel(shape, seed: 1)
    #expect(floats.weightBytes == 4 * inspection.parameterCount && floats.weightTypes == [.f32])
    // The embedding is the head too, and is read whole.
    #expect(floats.bytesRead() == floats.weightBytes)
    let cached = floats.makeCache().bytesPerToken
    #expect(floats.bytesRead(perTokenAt: 100) == floats.weightBytes + 100 * cached)
    let quantised = try LanguageModel(shape, seed: 1, elementType: .q8_0)
    #expect(quantised.weightBytes == inspection.weightBytes(.q8_0))
    #expect(quantised.weightTypes == [.q8_0])
    shape.tiesEmbeddings = false
    let untied = try LanguageModel(shape, seed: 1)
    #expect(untied.weightBytes - untied.bytesRead() == 4 * vocabulary * hidden)
  }

  @Test func aTokenReadsOnlyItsExperts() throws {
    let model = try LanguageModel.load(from: GoldenCase(name: "gpt-oss").path)
    guard case .mixtureOfExperts(let mixture) = model.configuration.layers[0].feedForward else {
      Issue.record("gpt-oss has experts")
      return
    }
    let experts = model.parameters.filter { $0.name.contains(".experts.") }.reduce(0) { $0 + $1.tensor.byteCount }
    let embedding = model.parameters.filter { $0.name == "tokens.weight" }.reduce(0) { $0 + $1.tensor.byteCount }
    let idle = experts * (mixture.expertCount - mixture.expertsPerToken) / mixture.expertCount
    #expect(abs(model.weightBytes - embedding - idle - model.bytesRead()) < 100)
  }

  @Test func aPromptScoresItsLastTokenOnly() {
    let inspection = ModelInspection(.llama32With1B)
    let one = Double(inspection.floatingPointOperationsPerToken(depth: 7))
    #expect(inspection.floatingPointOperations(prompt: 1, depth: 7) == one)
    let head = 2.0 * 128_256 * 2048
    let two = one + Double(inspection.floatingPointOperationsPerToken(depth: 8)) - head
    #expect(inspection.floatingPointOperations(prompt: 2, depth: 7) == two)
    #expect(inspection.floatingPointOperations(prompt: 0) == 0)
  }

  @Test func typesThatCannotBeMadeAreATypedError() {
    #expect(throws: ModelError.self) { try LanguageModel(.llamaSmall, seed: 1, elementType: .i64) }
  }
}
