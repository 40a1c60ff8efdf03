import Foundation
import LanguageModels
import Tensors
public import Training

/// One training run of an experiment: all that decides its result.
public struct ExperimentRun: Sendable, Hashable {
  /// The arm that is trained.
  public let arm: Arm
  /// How; with the run's own learning rate and seed.
  public let plan: TrainingPlan

  /// What the model begins with. Arms begin with weights of their own, so that an interval holds what chance does there.
  var initialSeed: UInt64 {
    arm.name.utf8.reduce(mixed(plan.seed)) { mixed($0 ^ UInt64($1)) }
  }

  /// A hash of all that decides the result, by which it is found again: change any of it and the run is another.
  func key(data: String) throws -> String {
    struct Identity: Encodable {
      /// Of what is measured and how; raised where results of before are to be forgotten.
      let version = 1
      let arm: String
      let configuration: String
      let plan: TrainingPlan
      let data: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let identity = Identity(arm: arm.name, configuration: arm.configuration.configurationFile(), plan: plan, data: data)
    return Array(SHA256.hash(Array(try encoder.encode(identity))).prefix(8)).hexadecimal
  }
}

/// What came out of a run.
public struct RunResult: Sendable, Hashable, Codable {
  /// A loss at some place.
  public struct Point: Sendable, Hashable, Codable {
    /// A step, or a position in the text.
    public let place: Int
    /// In nats per token.
    public let nats: Double
  }

  /// By which it is found again.
  public let key: String
  /// The arm's name.
  public let arm: String
  /// The run's highest learning rate.
  public let learningRate: Double
  /// What it began with, and the order of its data.
  public let seed: UInt64
  /// Why the run ended early, where a number stopped being finite.
  public let divergence: String?
  /// On text that it did not learn from, in nats per token; nil where it diverged.
  public let nats: Double?
  /// The same in bits per byte.
  public let bitsPerByte: Double?
  /// The loss on some of that text while it learned.
  public let curve: [Point]
  /// The loss by position in the text, as far as the model can go.
  public let positions: [Point]
  /// Tokens learned from per second.
  public let tokensPerSecond: Double
  /// What the model writes after some prompts.
  public let samples: [String]
}
