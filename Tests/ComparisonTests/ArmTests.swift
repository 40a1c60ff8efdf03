import Comparison
import LanguageModels
import Tensors
import Testing

@Suite struct ArmTests {
  static var size: DecoderSize {
    var size = DecoderSize()
    (size.layerCount, size.headCount, size.hiddenSize) = (4, 4, 64)
    (size.contextLength, size.vocabularySize) = (192, 1024)
    return size
  }

  // MARK: - Ladders

  @Test(arguments: [Ladder.gptToLLaMA, .llamaToGPT, .gpt3, .warmup])
  func armsHaveEqualParameters(ladder: Ladder) throws {
    let arms = try ladder.arms(of: Self.size)
    let target = try Configuration.gpt2.resized(to: Self.size).parameterCount
    for arm in arms {
      #expect(abs(Double(arm.configuration.parameterCount - target)) <= 0.01 * Double(target), "\(arm.name)")
    }
  }

  @Test func theLadderLeadsFromGPT1ThroughGPT2ToLLaMA() throws {
    let arms = try Ladder.gptToLLaMA.arms(of: Self.size)
    #expect(arms.map(\.name).first == "gpt-1")
    #expect(arms[0].configuration.family == .gpt1)
    #expect(arms[1].configuration.family == .gpt2)
    let llama = try #require(arms.last).configuration
    #expect(llama.family == .llama)
    #expect(llama.normalization == .rmsNorm(epsilon: llama.normalization.epsilon))
    #expect(llama.normPlacement == .pre)
    #expect(llama.position == .rotary(RotaryPosition(theta: 10_000)))
    #expect(llama.biases == .none)
    #expect(llama.kvHeadCount == 2)
    #expect(!llama.tiesEmbeddings)
    guard case .gated(.activation(.silu), _) = llama.layers[0].feedForward else {
      Issue.record("LLaMA has SwiGLU")
      return
    }
    // Rotary positions in a GPT-2, with whichever norm, no published family has.
    #expect(arms[2...4].allSatisfy { $0.configuration.family == .hybrid })
  }

  /// Each rung exchanges one part: what else differs are widths, which follow from the number of parameters.
  @Test(arguments: [Ladder.gptToLLaMA, .llamaToGPT, .gpt3])
  func eachRungExchangesOnePart(ladder: Ladder) throws {
    let arms = try ladder.arms(of: Self.size)
    for (before, after) in zip(arms, arms.dropFirst()) {
      #expect(after.baseline == before.name)
      var (first, second) = (before.configuration, after.configuration)
      for index in first.layers.indices {
        first.layers[index].feedForward = first.layers[index].feedForward.ofWidth1
        second.layers[index].feedForward = second.layers[index].feedForward.ofWidth1
      }
      let differences = [
        first.normalization != second.normalization, first.normPlacement != second.normPlacement,
        first.position != second.position, first.biases != second.biases, first.kvHeadCount != second.kvHeadCount,
        first.tiesEmbeddings != second.tiesEmbeddings, first.layers != second.layers,
      ]
      #expect(differences.count { $0 } == 1, "\(after.name)")
    }
  }

  @Test func theWayBackEndsWhereTheWayThereBegan() throws {
    let there = try Ladder.gptToLLaMA.arms(of: Self.size)
    let back = try Ladder.llamaToGPT.arms(of: Self.size)
    #expect(back.first?.configuration == there.last?.configuration)
    #expect(back.last?.configuration == there[1].configuration)
    #expect(try Ladder.arms(of: [.gptToLLaMA, .llamaToGPT], size: Self.size).count == there.count + back.count - 2)
  }

  @Test func unequalParametersAreRefused() throws {
    let small = try Configuration.gpt2.resized(to: Self.size)
    let error = #expect(throws: ComparisonError.self) {
      _ = try small.matched(toParameters: 10_000, tolerance: 0.01, name: "tiny")
    }
    #expect(error?.kind == .unequalParameters)
    #expect(error?.description.contains("tiny cannot have 10000 parameters") == true)
  }

  @Test func partsThatDoNotFitAreRefused() throws {
    var size = Self.size
    (size.headCount, size.hiddenSize) = (3, 63)
    var configuration = try Configuration.gpt2.resized(to: size)
    #expect(throws: ComparisonError.self) { try Part.rotary.apply(to: &configuration) }
    #expect(throws: ComparisonError.self) { try Part.groupedQuery.apply(to: &configuration) }
    var experts = Configuration.gptOSSWith20B
    #expect(throws: ComparisonError.self) { try Part.swiglu.apply(to: &experts) }
  }

  // MARK: - Notation

  @Test func armsAreReadAsTheyAreWritten() throws {
    let plain = try ArmNotation("gpt2")
    #expect(plain.name == "gpt2" && plain.base == "gpt2" && plain.parts.isEmpty && plain.hasWarmup)
    let arm = try ArmNotation("slow=gpt2+rotary+learning-rate=0.001+no-warmup")
    #expect(arm.name == "slow" && arm.base == "gpt2")
    #expect(arm.parts == [.rotary] && arm.learningRate == 0.001 && !arm.hasWarmup)
    #expect(try ArmNotation("gpt2+swiglu").name == "gpt2+swiglu")
  }

  @Test(arguments: ["gpt2+rotory", "gpt2+", "=gpt2", "", "a=", "gpt2+learning-rate=fast", "gpt2+learning-rate=-1"])
  func whatIsNoArmIsRefused(text: String) {
    #expect(throws: ComparisonError.self) { _ = try ArmNotation(text) }
  }

  @Test func namedArmsAreMatchedToTheFirst() throws {
    let notations = try ["gpt2", "gpt2+swiglu+rotary"].map { try ArmNotation($0) }
    let decoder = try Configuration.gpt2.resized(to: Self.size)
    let arms = try Arm.arms(notations, decoders: [decoder, decoder], matchesParameters: true)
    #expect(arms[1].baseline == "gpt2")
    #expect(arms[1].configuration.family == .hybrid)
    let (first, second) = (arms[0].configuration.parameterCount, arms[1].configuration.parameterCount)
    #expect(abs(Double(second - first)) <= 0.01 * Double(first))
    let free = try Arm.arms(notations, decoders: [decoder, decoder], matchesParameters: false)
    #expect(free[1].configuration.parameterCount != second)
  }
}

extension FeedForward {
  fileprivate var ofWidth1: FeedForward {
    switch self {
    case .plain(let activation, _): .plain(activation, intermediateSize: 1)
    case .gated(let gate, _): .gated(gate, intermediateSize: 1)
    case .mixtureOfExperts: self
    }
  }
}
