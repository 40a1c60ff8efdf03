import Checkpoints
import Foundation
public import LanguageModels
import Tensors

/// A moment of a run from which it goes on as if it had never stopped.
public struct TrainingCheckpoint {
  /// What `training.json` says.
  struct State: Codable {
    /// Of this file.
    var version = 1
    var completedSteps: Int
    /// The number of the next sample.
    var sampleIndex: Int
    var tokenCount: Int
    var plan: TrainingPlan
    /// What the training data were, to notice other ones.
    var dataFingerprint: String
    /// What the program that trains wants to find again, such as the paths of the data.
    var notes: [String: String]
    /// The checkpoint's other files and their sizes.
    var files: [String: Int]
  }

  /// Where it is.
  public let path: String
  let state: State

  /// The plan that the run follows.
  public var plan: TrainingPlan { state.plan }
  /// How many steps had been taken.
  public var completedSteps: Int { state.completedSteps }
  /// What was noted at the start of the run.
  public var notes: [String: String] { state.notes }

  // MARK: - Writing

  /// Writes weights, the optimizer's state, and all that decides the rest of the run.
  /// - Parameter companions: More files for the folder, by name: those of a tokenizer.
  /// - Throws: `TrainingError` or `CheckpointError`; what was there before is then untouched.
  static func write(
    _ model: LanguageModel, optimizer: (any Optimizer)?, state: State, companions: [String: [UInt8]], to path: String
  ) throws {
    do {
      let folder = try OutputFolder(path: path)
      let target = folder.temporaryPath
      try CheckpointConversion(model, to: .huggingFace, elementType: .f32)
        .write(to: target, maximumShardBytes: 5_000_000_000)
      for (name, bytes) in companions {
        let file = try OutputFile(path: target + "/" + name)
        try file.write(bytes)
        try file.moveIntoPlace()
      }
      if let optimizer, optimizer.stepCount > 0 {
        let tensors = optimizer.state
        try SafetensorsWriter.write(
          tensors.map { TensorDescription(name: $0.name, shape: $0.tensor.shape, elementType: $0.tensor.elementType) },
          to: target + "/optimizer.safetensors"
        ) { tensors[$0].tensor }
      }
      var state = state
      for name in try FileManager.default.contentsOfDirectory(atPath: target) {
        state.files[name] = try byteCount(target + "/" + name)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let file = try OutputFile(path: target + "/training.json")
      try file.write(Array(try encoder.encode(state)))
      try file.moveIntoPlace()
      try folder.moveIntoPlace()
    } catch let error as OutputFileError {
      throw unwritten(error)
    } catch let error as CheckpointError where error.code == .unwritable {
      throw unwritten(error)
    }
  }

  private static func unwritten(_ error: any Error) -> TrainingError {
    TrainingError(
      .unwritable,
      "\(error). No checkpoint was changed: make room if the disk is full, then go on from the last one with --resume.")
  }

  // MARK: - Reading

  /// Opens a checkpoint and checks that all of it is there.
  /// - Throws: `TrainingError` for one that is cut short, or was written by something else.
  init(path: String) throws {
    func damaged(_ what: String) -> TrainingError {
      TrainingError(.damagedCheckpoint, at: path, "\(what)")
    }
    guard let data = FileManager.default.contents(atPath: path + "/training.json") else {
      throw damaged("has no training.json")
    }
    do { state = try JSONDecoder().decode(State.self, from: data) } catch {
      throw damaged("training.json is damaged, or of another version of Swiftlet")
    }
    guard state.version == 1 else { throw damaged("is of version \(state.version); this program reads version 1") }
    do { try state.plan.validate() } catch { throw damaged("training.json: \(error)") }
    guard (0...state.plan.steps).contains(state.completedSteps), (0...1 << 60).contains(state.tokenCount) else {
      throw damaged("training.json counts more steps than its plan has, or fewer than none")
    }
    for (name, size) in state.files.sorted(by: { $0.key < $1.key }) {
      guard let found = try? Self.byteCount(path + "/" + name) else { throw damaged("\(name) is missing") }
      guard found == size else {
        throw damaged("\(name) has \(found) bytes, not \(size): it was cut short or replaced")
      }
    }
    self.path = path
  }

  /// The newest checkpoint of a run that is whole.
  /// - Parameter note: Told which were passed over, and why.
  /// - Throws: `TrainingError` when the folder holds none: a run never begins again by itself.
  public static func newest(in run: String, note: (String) -> Void) throws -> TrainingCheckpoint {
    let found = RunFolder(path: run).checkpoints
    guard !found.isEmpty else {
      throw TrainingError(
        .damagedCheckpoint, at: run, "holds no checkpoint to go on from; train without --resume to begin.")
    }
    var reasons: [String] = []
    for checkpoint in found {
      do {
        let whole = try TrainingCheckpoint(path: checkpoint.path)
        reasons.forEach { note("passed over: \($0)") }
        return whole
      } catch { reasons.append("\(error)") }
    }
    throw TrainingError(.damagedCheckpoint, at: run, "no checkpoint is whole: " + reasons.joined(separator: "; ") + ".")
  }

  /// Refuses a plan by which the run would be neither the one that began nor another. Only its end may move.
  /// - Throws: `TrainingError`, which names what differs.
  public func check(_ plan: TrainingPlan) throws(TrainingError) {
    let (before, after) = (Mirror(reflecting: self.plan).children, Mirror(reflecting: plan).children)
    let changes = zip(before, after).compactMap { old, new -> String? in
      guard old.label != "steps", "\(old.value)" != "\(new.value)" else { return nil }
      return "\(old.label ?? "") was \(old.value), not \(new.value)"
    }
    guard changes.isEmpty else {
      throw TrainingError(
        .invalidPlan, at: path,
        "the run follows another plan (\(changes.joined(separator: "; "))). Leave those flags out to go on with it, or"
          + " begin another run from its weights.")
    }
    guard plan.steps >= completedSteps else {
      throw TrainingError(.invalidPlan, at: path, "the run has taken \(completedSteps) steps, more than \(plan.steps).")
    }
  }

  /// What stands beside the weights, by name: the files of a tokenizer.
  func companions() throws -> [String: [UInt8]] {
    let others = state.files.keys.filter { name in
      !RunFolder.stateFiles.contains(name) && name != "config.json" && !name.contains(".safetensors")
    }
    return try Dictionary(
      uniqueKeysWithValues: others.map { name in
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else {
          throw TrainingError(.damagedCheckpoint, at: path, "\(name) cannot be read")
        }
        return (name, Array(data))
      })
  }

  /// The model as it was, ready to be trained further.
  public func model() throws -> LanguageModel {
    try LanguageModel.load(from: path).trainable(precision: plan.precision)
  }

  /// Gives an optimizer the state it had.
  /// - Throws: `TrainingError` when the state is not that of this model.
  func restore(_ optimizer: any Optimizer) throws {
    optimizer.resume(afterSteps: completedSteps)
    guard completedSteps > 0 else { return }
    let file = try SafetensorsCheckpoint(path: path + "/optimizer.safetensors")
    for (name, tensor) in optimizer.state {
      guard let saved = file.description(of: name), saved.shape == tensor.shape, saved.elementType == tensor.elementType
      else {
        throw TrainingError(
          .damagedCheckpoint,
          "\(path)/optimizer.safetensors: \(name) is missing or of another shape; it belongs to another model or optimizer."
        )
      }
      tensor.write(try file.tensor(named: name), atRow: 0)
    }
  }

  private static func byteCount(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.size] as? NSNumber)?.intValue ?? -1
  }
}
