import Dispatch
import Foundation
public import LanguageModels
import Synchronization
import Tensors
public import Tokenization

/// Serves many requests with one model: continuous batching (Yu et al. 2022, "Orca").
///
///     let scheduler = try GenerationScheduler(model: model, tokenizer: tokenizer)
///     for try await update in try scheduler.stream(GenerationRequest("Once upon a time")) {
///       if case .event(_, let event) = update { print(event, terminator: "") }
///     }
///
/// Every step reads the weights once for one more token of all texts in work, and between two steps a piece of the
/// prompts that wait; texts join and leave at any step. What a prompt has in common with an earlier one is not read
/// again. Leaving the loop or cancelling the task frees a text's place within a step, wherever it is.
///
/// Sampling has its own random numbers for each text, and with up to 32 texts in a step each has the scores that it has
/// alone, to the bit. Beyond that, and where prompts are read together, sums run in another order: the scores differ by
/// rounding, which now and then tips a sampled token.
public final class GenerationScheduler: Sendable {
  let predictor: any TokenPredictor
  let coder: any TextCoder
  /// How much it takes on.
  public let limits: SchedulerLimits
  private let state: SchedulerState
  private let knownBreakers = Mutex<[[String]: SequenceBreakers]>([:])

  /// A scheduler of a model and its tokenizer, with a thread of its own that ends with it.
  /// - Parameter cacheTypes: How keys and values are kept.
  /// - Throws: `GenerationError` for a limit out of its range.
  public convenience init(
    model: LanguageModel, tokenizer: Tokenizer, cacheTypes: KVCacheTypes = .f16,
    limits: SchedulerLimits = SchedulerLimits()
  ) throws(GenerationError) {
    try self.init(
      predictor: CachingModel(model, cacheTypes, meter: MemoryMeter()), coder: tokenizer, limits: limits)
  }

  package init(
    predictor: any TokenPredictor, coder: any TextCoder, limits: SchedulerLimits
  ) throws(GenerationError) {
    try limits.validate()
    (self.predictor, self.coder, self.limits) = (predictor, coder, limits)
    let state = SchedulerState()
    self.state = state
    let thread = Thread { SchedulerLoop(predictor: predictor, coder: coder, limits: limits, state: state).run() }
    thread.name = "swiftlet.scheduler"
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit { state.close() }

  /// The ids that the model reads for a prompt.
  public func tokens(of prompt: Prompt) -> [Int] { prompt.encoded(by: coder) }

  /// Queues a request.
  /// - Returns: What happens to it. Not to look at it any more cancels it.
  /// - Throws: `GenerationError` when an option or the prompt is not one that the model can take, or too many wait.
  public func stream(_ request: GenerationRequest) throws(GenerationError) -> GenerationUpdates {
    try request.options.validate(vocabularySize: predictor.vocabularySize)
    guard (1...limits.runningTexts).contains(request.choiceCount) else {
      throw GenerationError(
        .invalidOption, "\(request.choiceCount) texts of one prompt; give a number from 1 to \(limits.runningTexts).")
    }
    let ids = try request.prompt.ids(for: predictor, coder: coder)
    try checkMemory(ids.count, request)
    return try state.add(request, ids: ids, breakers: breakers(for: request.options), most: limits.waitingRequests)
  }

  /// Runs something that uses the model between two steps, so that the two do not slow each other down.
  public func perform<Output: Sendable>(_ work: @escaping @Sendable () throws -> Output) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
      state.add(
        job: { isOpen in
          continuation.resume(
            with: Result { if isOpen { try work() } else { throw GenerationError.schedulerEnded } })
        })
    }
  }

  /// What it is doing.
  public var statistics: SchedulerStatistics { state.statistics.withLock { $0 } }

  /// Takes on no more requests. Those in work end by themselves, unless they are to be cancelled.
  public func shutDown(cancelling: Bool = false) { state.close(cancelling: cancelling) }

  /// What interrupts repetitions; made once for the same texts, since it takes a pass over the vocabulary.
  private func breakers(for options: GenerationOptions) -> SequenceBreakers {
    guard options.sampling.activeSteps.contains(.dry), let texts = options.sampling.dry?.breakers else {
      return SequenceBreakers()
    }
    if let known = knownBreakers.withLock({ $0[texts] }) { return known }
    let made = SequenceBreakers(of: options, for: coder, vocabularySize: predictor.vocabularySize)
    knownBreakers.withLock { known in
      if known.count >= 16 { known = [:] }
      known[texts] = made
    }
    return made
  }

  /// A text that could not fit if it were alone is refused at once.
  private func checkMemory(_ count: Int, _ request: GenerationRequest) throws(GenerationError) {
    let asked = request.options.maxTokens ?? 0
    let (sum, overflow) = count.addingReportingOverflow(asked)
    let tokens = overflow ? predictor.contextLength : min(sum, predictor.contextLength)
    let bytes = predictor.cacheBytes(of: tokens)
    guard bytes > limits.cacheBytes else { return }
    throw GenerationError(
      .promptTooLong,
      "the keys and values of \(tokens) tokens take \(bytes) bytes, and \(limits.cacheBytes) may be used; ask for fewer "
        + "tokens, or give the server more memory for its cache.")
  }
}

/// What happens to one request, as it happens.
public struct GenerationUpdates: AsyncSequence, Sendable {
  /// What happens, one by one.
  public typealias Element = GenerationUpdate
  let updates: AsyncThrowingStream<GenerationUpdate, any Error>
  let request: ScheduledRequest
  let wake: @Sendable () -> Void

  /// Ends the request within a step, with a `CancellationError` for whoever looks at it.
  public func cancel() {
    request.fail(CancellationError())
    wake()
  }

  /// Goes through them, once.
  public func makeAsyncIterator() -> AsyncThrowingStream<GenerationUpdate, any Error>.Iterator {
    updates.makeAsyncIterator()
  }
}
