#if Server
  import Foundation
  public import LanguageModels
  public import Logging
  public import TextGeneration

  /// The models that a server offers. Each is loaded when a request first asks for it; where memory runs short, the one
  /// that was used longest ago is put away.
  public actor ModelLibrary {
    /// How models are loaded.
    public struct Options: Sendable {
      /// The bytes that the weights of loaded models may take together.
      public var memoryBytes: Int
      /// How keys and values are kept.
      public var cacheTypes: KVCacheTypes
      /// How much each model takes on at a time.
      public var limits: SchedulerLimits

      /// These options.
      /// - Parameter memoryBytes: nil takes three quarters of the machine's memory.
      public init(memoryBytes: Int? = nil, cacheTypes: KVCacheTypes = .f16, limits: SchedulerLimits = SchedulerLimits())
      {
        self.memoryBytes = memoryBytes ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 4 * 3)
        self.cacheTypes = cacheTypes
        self.limits = limits
      }
    }

    private enum State {
      case unloaded
      case loading(Task<ServedModel, any Error>)
      case loaded(ServedModel)
    }

    /// The models in the order in which they were named.
    public nonisolated let descriptions: [ModelDescription]
    private let options: Options
    private let logger: Logger
    private var states: [String: State] = [:]
    /// The names of loaded models, that used longest ago first.
    private var usage: [String] = []

    /// A library of these models; none is loaded yet.
    /// - Throws: `GenerationError` when there are none, or two have one name.
    public init(
      _ descriptions: [ModelDescription], options: Options = Options(), logger: Logger = Logger(label: "swiftlet")
    ) throws(GenerationError) {
      guard !descriptions.isEmpty else {
        throw GenerationError(.notFound, "no model to serve; give one.")
      }
      if let double = Dictionary(grouping: descriptions, by: \.id).first(where: { $1.count > 1 }) {
        throw GenerationError(
          .invalidOption, "two models are called \(double.key); give one of them another name with NAME=PATH.")
      }
      (self.descriptions, self.options, self.logger) = (descriptions, options, logger)
    }

    /// The description of a name; nil gives the first model.
    nonisolated func description(of name: String?) throws(APIError) -> ModelDescription {
      guard let name, !name.isEmpty else { return descriptions[0] }
      if let found = descriptions.first(where: { $0.id == name }) { return found }
      let names = descriptions.prefix(20).map(\.id).joined(separator: ", ")
      throw .notFound(
        "the model '\(name.prefix(200))' is not served here; choose one of: \(names).", code: "model_not_found",
        parameter: "model")
    }

    /// The model of a name, loaded if need be.
    func model(named name: String?) async throws -> ServedModel.ModelUse {
      let description = try description(of: name)
      usage.removeAll { $0 == description.id }
      usage.append(description.id)
      switch states[description.id] ?? .unloaded {
      case .loaded(let model): return model.use()
      case .loading(let task): return try await task.value.use()
      case .unloaded: break
      }
      try makeRoom(for: description)
      logger.info("loading", metadata: ["model": "\(description.id)"])
      let task = Task.detached { [options] in
        try ServedModel(description, cacheTypes: options.cacheTypes, limits: options.limits)
      }
      states[description.id] = .loading(task)
      do {
        let model = try await task.value
        states[description.id] = .loaded(model)
        logger.info("loaded", metadata: ["model": "\(description.id)"])
        return model.use()
      } catch {
        states[description.id] = .unloaded
        logger.error("cannot be loaded", metadata: ["model": "\(description.id)", "error": "\(error)"])
        throw APIError.server("the model '\(description.id)' cannot be loaded: \(error)")
      }
    }

    /// Loads a model's weights before the first request asks for them.
    public func load(_ name: String) async throws { _ = try await model(named: name) }

    /// Puts models away until another fits.
    private func makeRoom(for next: ModelDescription) throws(APIError) {
      func held() -> Int {
        descriptions.reduce(0) { total, description in
          if case .unloaded = states[description.id] ?? .unloaded { return total }
          return total + description.weightBytes
        }
      }
      while held() > 0, held() + next.weightBytes > options.memoryBytes {
        let unused = usage.first { name in
          if case .loaded(let model) = states[name] { return model.isIdle }
          return false
        }
        guard let unused else {
          throw .unavailable("the models in use leave no memory for '\(next.id)'; try again in a while.")
        }
        unload(unused)
      }
    }

    private func unload(_ name: String) {
      if case .loaded(let model) = states[name] { model.scheduler.shutDown() }
      states[name] = .unloaded
      logger.info("put away", metadata: ["model": "\(name)"])
    }

    /// Where each model is: in memory, on its way there, or not.
    func overview() -> [(description: ModelDescription, state: String, model: ServedModel?)] {
      descriptions.map { description in
        switch states[description.id] ?? .unloaded {
        case .unloaded: (description, "unloaded", nil)
        case .loading: (description, "loading", nil)
        case .loaded(let model): (description, "loaded", model)
        }
      }
    }

    /// Whether no request is using any model.
    var isIdle: Bool {
      states.values.allSatisfy { if case .loaded(let model) = $0 { model.isIdle } else { true } }
    }

    /// Takes on no more work.
    /// - Parameter cancelling: Whether what is in work ends at once.
    func shutDown(cancelling: Bool) {
      for case .loaded(let model) in states.values { model.scheduler.shutDown(cancelling: cancelling) }
    }
  }
#endif
