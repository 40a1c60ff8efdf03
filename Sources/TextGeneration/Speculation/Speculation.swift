public import LanguageModels
import Tensors
public import Tokenization

/// Where guesses of the next tokens come from, so that the model checks several in one pass.
///
/// Generating a token reads all weights, and a pass over a few tokens reads them no more often. So a few tokens are
/// guessed, the model reads them together, and those that it would have chosen itself are kept (Leviathan et al. 2023,
/// Chen et al. 2023). Each position is sampled by the model's own sampler from the scores that it would have had
/// without guesses, so the text is the same token for token, at any temperature: guesses change only how soon it comes.
///
///     let quick = try generator.speculating(.lookup())
///     let quicker = try generator.speculating(.draft(smallModel, tokenizer: smallTokenizer))
public struct Speculation: Sendable {
  enum Source: Sendable {
    case lookup
    case model(any TokenPredictor, coder: any TextCoder)
  }

  /// The most tokens that can be guessed at a time: with the one before them they are the most rows of a pass that are
  /// each computed as if they were alone.
  public static let mostTokens = fewRows - 1

  let source: Source
  /// The most tokens guessed at a time. Fewer are while guesses prove wrong.
  public let maxTokens: Int

  /// Guesses that the text goes on as it did after the last tokens' latest earlier occurrence (Saxena 2023, "prompt
  /// lookup decoding"). It costs next to nothing and helps where the answer repeats the question: summaries, edits of
  /// a text or a program, extraction.
  public static func lookup(maxTokens: Int = mostTokens) -> Speculation {
    Speculation(source: .lookup, maxTokens: maxTokens)
  }

  /// Lets a smaller model with the same vocabulary guess. It draws with the same random numbers as the model itself,
  /// so that the two agree as often as their distributions let them.
  public static func draft(
    _ model: LanguageModel, tokenizer: Tokenizer, maxTokens: Int = mostTokens
  ) -> Speculation {
    draft(predictor: CachingModel(model), coder: tokenizer, maxTokens: maxTokens)
  }

  package static func draft(
    predictor: any TokenPredictor, coder: any TextCoder, maxTokens: Int = mostTokens
  ) -> Speculation {
    Speculation(source: .model(predictor, coder: coder), maxTokens: maxTokens)
  }

  /// Checks that it can guess for a generator.
  func validate(for generator: Generator) throws(GenerationError) {
    guard (1...Self.mostTokens).contains(maxTokens) else {
      throw GenerationError(
        .invalidOption, "draft-tokens is \(maxTokens); give a whole number from 1 to \(Self.mostTokens).")
    }
    guard case .model(let draft, let coder) = source else { return }
    let (size, draftSize) = (generator.predictor.vocabularySize, draft.vocabularySize)
    guard size == draftSize else {
      throw GenerationError(
        .mismatchedDraft,
        "the draft model has \(draftSize) tokens and the model \(size); give a draft model with the same vocabulary.")
    }
    if let id = (0..<size).first(where: { coder.piece(of: $0) != generator.coder.piece(of: $0) }) {
      func quoted(_ coder: any TextCoder) -> String { coder.piece(of: id).map { "'\($0)'" } ?? "nothing" }
      throw GenerationError(
        .mismatchedDraft,
        "token \(id) is \(quoted(coder)) to the draft model and \(quoted(generator.coder)) to the model; give a draft "
          + "model with the same vocabulary.")
    }
  }

  /// What guesses for one sequence.
  func makeDrafter() -> any Drafter {
    switch source {
    case .lookup: LookupDrafter()
    case .model(let predictor, _): ModelDrafter(predictor)
    }
  }
}

/// Guesses how one text goes on. It belongs to one task at a time.
protocol Drafter: AnyObject {
  /// Takes in a text before the first guess is wanted.
  func read(_ tokens: [Int], isCancelled: () -> Bool) throws
  /// What may come after `tokens`, which begin with what was seen before.
  func draft(after tokens: [Int], _ request: DraftRequest, isCancelled: () -> Bool) throws -> [Int]
  /// Forgets what came after the first `count` tokens.
  func truncate(to count: Int)
}

/// What is asked of a drafter.
struct DraftRequest {
  /// The most tokens that are of use.
  var count: Int
  /// The tokens after which no more are of use.
  let endTokens: Set<Int>
  /// As the model's own sampler will be when the first of these tokens is drawn.
  let sampler: Sampler
}
