import Dispatch
import Synchronization

/// Continues texts: a model, a tokenizer, and the loop between them.
///
///     let generator = Generator(model: model, tokenizer: tokenizer)
///     for try await piece in generator.stream("Once upon a time", options: GenerationOptions(maxTokens: 64)) {
///       print(piece, terminator: "")
///     }
///
/// A generator keeps nothing between texts and may serve several tasks at once.
public struct Generator: Sendable {
  let predictor: any TokenPredictor
  let coder: any TextCoder
  /// Where guesses of the next tokens come from, if any are made.
  public let speculation: Speculation?

  package init(predictor: any TokenPredictor, coder: any TextCoder) {
    self.init(predictor, coder, nil)
  }

  private init(_ predictor: any TokenPredictor, _ coder: any TextCoder, _ speculation: Speculation?) {
    self.predictor = predictor
    self.coder = coder
    self.speculation = speculation
  }

  /// The same generator with guesses for the model to check: the same texts, sooner. With nil, without.
  /// - Throws: `GenerationError` when a draft model has another vocabulary, or too many tokens are to be guessed.
  public func speculating(_ speculation: Speculation?) throws(GenerationError) -> Generator {
    try speculation?.validate(for: self)
    return Generator(predictor, coder, speculation)
  }

  /// The ids that the model reads for a prompt.
  public func tokens(of prompt: Prompt) -> [Int] { prompt.encoded(by: coder) }

  /// Continues a prompt, calling `onEvent` after each token and once more with the summary.
  /// - Parameters:
  ///   - onEvent: Returns whether to go on.
  ///   - isCancelled: Asked between the chunks of the prompt and before each token; ends the generation when true.
  /// - Throws: `GenerationError` when an option or the prompt is not one that the model can take; what the model or
  ///   `onEvent` throws.
  @discardableResult
  public func generate(
    _ prompt: Prompt, options: GenerationOptions = GenerationOptions(),
    onEvent: (GenerationEvent) throws -> Bool = { _ in true }, isCancelled: () -> Bool = { false }
  ) throws -> GenerationSummary {
    try Continuation(self).generate(prompt, options: options, isCancelled: isCancelled, onEvent: onEvent)
  }

  /// A text and its continuation, all at once.
  /// - Throws: As `generate`.
  public func text(after prompt: String, options: GenerationOptions = GenerationOptions()) throws -> String {
    var text = prompt
    try generate(
      .text(prompt), options: options,
      onEvent: {
        text += $0.text
        return true
      })
    return text
  }

  /// Continues a prompt as an asynchronous sequence. The work begins with the iteration, on a thread of its own, so it
  /// never holds one of Swift's cooperative threads. Leaving the loop or cancelling the task ends it within a step.
  public func stream(_ prompt: Prompt, options: GenerationOptions = GenerationOptions()) -> GenerationStream {
    GenerationStream(generator: self, prompt: prompt, options: options)
  }

  /// Continues a text as an asynchronous sequence.
  public func stream(_ text: String, options: GenerationOptions = GenerationOptions()) -> GenerationStream {
    stream(.text(text), options: options)
  }
}

/// The events of one generation, as they happen. The last one carries the summary.
public struct GenerationStream: AsyncSequence, Sendable {
  /// What happens, one by one.
  public typealias Element = GenerationEvent
  let generator: Generator
  let prompt: Prompt
  let options: GenerationOptions

  /// Begins the generation.
  public func makeAsyncIterator() -> AsyncThrowingStream<GenerationEvent, any Error>.Iterator {
    let (events, feed) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
    let cancellation = Cancellation()
    feed.onTermination = { _ in cancellation.cancel() }
    DispatchQueue(label: "swiftlet.generation").async { [self] in
      do {
        try Continuation(generator).generate(
          prompt, options: options, isCancelled: { cancellation.isCancelled },
          onEvent: {
            feed.yield($0)
            return true
          })
        feed.finish()
      } catch {
        feed.finish(throwing: error)
      }
    }
    return events.makeAsyncIterator()
  }
}

/// A flag that one thread raises and another looks at.
final class Cancellation: Sendable {
  private let flag = Atomic(false)
  func cancel() { flag.store(true, ordering: .relaxed) }
  var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
