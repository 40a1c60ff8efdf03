public import Tensors

/// Which element type each matrix of a model gets: llama.cpp's mixes, by their names and numbers.
///
/// Most matrices get `baseType`. Those whose errors are known to cost most get more bits: values, feed-forward outputs of
/// the first and last layers, and the head. The choice is llama.cpp's matrix for matrix, so that sizes are the same.
///
///     QuantizationMix.named("q4_k_m")?.baseType   // .q4_K
public struct QuantizationMix: Sendable, Hashable {
  /// As llama.cpp spells it: `Q4_K_M`.
  public let name: String
  /// llama.cpp's number of the mix, which files carry as `general.file_type`.
  public let fileType: Int
  /// What most matrices get.
  public let baseType: ElementType
  /// Whether every matrix gets it, where its rows are whole blocks.
  public let isPure: Bool
  let rules: [Rule]

  init(_ name: String, _ fileType: Int, _ baseType: ElementType, isPure: Bool = false, _ rules: [Rule] = []) {
    (self.name, self.fileType, self.baseType) = (name, fileType, baseType)
    (self.isPure, self.rules) = (isPure, rules)
  }

  /// Another type for a part of the model. Of a mix's rules, the first that holds for a matrix decides.
  struct Rule: Sendable, Hashable {
    let part: Part
    let type: ElementType
    let condition: Condition

    init(_ part: Part, _ type: ElementType, if condition: Condition = .always) {
      (self.part, self.type, self.condition) = (part, type, condition)
    }
  }

  /// What a matrix does.
  enum Part: Sendable, Hashable {
    case tokens, head
    case query, key, attentionOutput
    /// Values, or queries, keys and values in one.
    case value
    case down
    /// Gates, ups and anything else.
    case other
  }

  /// When a rule holds.
  enum Condition: Sendable, Hashable {
    case always
    /// The first and last eighth of the layers, and every third between.
    case sensitiveLayer
    /// The first few layers.
    case firstLayers(Int)
    /// The first layers, one of so many.
    case firstOf(Int)
    /// The same, where importance is known, or where it is not.
    case firstEighthWithImportance, firstEighthWithoutImportance
    /// Four or more query heads share a key head, so that a value matrix is small.
    case sharesValues
    /// Exactly eight experts, or any other number.
    case eightExperts, notEightExperts
  }

  // MARK: - The mixes

  /// Every mix, the smallest first; the plain types come last.
  public static let all: [QuantizationMix] = [
    QuantizationMix(
      "Q2_K", 10, .q2_K,
      [
        Rule(.value, .q4_K, if: .sharesValues), Rule(.value, .q3_K), Rule(.down, .q3_K),
        Rule(.attentionOutput, .q5_K, if: .eightExperts), Rule(.attentionOutput, .q3_K),
      ]),
    QuantizationMix("Q3_K_S", 11, .q3_K, [Rule(.attentionOutput, .q5_K, if: .eightExperts)]),
    QuantizationMix(
      "Q3_K_M", 12, .q3_K,
      [
        Rule(.value, .q5_K, if: .firstLayers(2)), Rule(.value, .q4_K), Rule(.down, .q5_K, if: .firstOf(16)),
        Rule(.down, .q4_K), Rule(.attentionOutput, .q5_K, if: .eightExperts), Rule(.attentionOutput, .q4_K),
      ]),
    QuantizationMix(
      "Q3_K_L", 13, .q3_K,
      [Rule(.value, .q5_K), Rule(.down, .q5_K), Rule(.attentionOutput, .q5_K, if: .notEightExperts)]),
    QuantizationMix("IQ4_XS", 30, .iq4_xs, iq4Rules),
    QuantizationMix("IQ4_NL", 25, .iq4_nl, iq4Rules),
    QuantizationMix("Q4_0", 2, .q4_0, [Rule(.down, .q4_1, if: .firstEighthWithImportance)]),
    QuantizationMix("Q4_1", 3, .q4_1),
    QuantizationMix(
      "Q4_K_S", 14, .q4_K,
      [
        Rule(.value, .q5_K, if: .firstLayers(4)), Rule(.down, .q5_K, if: .firstOf(8)),
        Rule(.attentionOutput, .q5_K, if: .eightExperts),
      ]),
    QuantizationMix(
      "Q4_K_M", 15, .q4_K,
      [
        Rule(.value, .q6_K, if: .sensitiveLayer), Rule(.down, .q6_K, if: .sensitiveLayer),
        Rule(.attentionOutput, .q5_K, if: .eightExperts),
      ]),
    QuantizationMix("Q5_0", 8, .q5_0, [Rule(.down, .q5_1, if: .firstEighthWithImportance)]),
    QuantizationMix("Q5_1", 9, .q5_1),
    QuantizationMix("Q5_K_S", 16, .q5_K),
    QuantizationMix(
      "Q5_K_M", 17, .q5_K,
      [Rule(.value, .q6_K, if: .sensitiveLayer), Rule(.down, .q6_K, if: .sensitiveLayer)]),
    QuantizationMix("Q6_K", 18, .q6_K),
    QuantizationMix("Q8_0", 7, .q8_0),
    QuantizationMix("MXFP4_MOE", 38, .mxfp4),
    QuantizationMix("F16", 1, .f16), QuantizationMix("BF16", 32, .bf16), QuantizationMix("F32", 0, .f32),
  ]

  private static let iq4Rules = [
    Rule(.value, .q5_K, if: .sharesValues), Rule(.down, .q5_K, if: .firstEighthWithoutImportance),
    Rule(.attentionOutput, .q5_K, if: .eightExperts),
  ]

  /// The mix of a name, in capitals or not; `Q4_K` stands for `Q4_K_M` and so on, `MXFP4` for `MXFP4_MOE`.
  public static func named(_ name: String) -> QuantizationMix? {
    let upper = name.uppercased()
    let full = ["Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M", "MXFP4": "MXFP4_MOE"][upper] ?? upper
    return all.first { $0.name == full }
  }

  /// One type for every matrix.
  public static func pure(_ type: ElementType) -> QuantizationMix {
    let mixes = all.filter { $0.baseType == type }
    let number = (mixes.first { $0.name.hasSuffix("_M") } ?? mixes.first)?.fileType ?? 0
    return QuantizationMix(type.rawValue.uppercased(), number, type, isPure: true)
  }
}
