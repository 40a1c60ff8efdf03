import Foundation
import Tensors

/// What a run has done so far, one line per step: `metrics.csv`.
public struct MetricsRow: Sendable, Hashable {
  /// The step, from 1.
  public var step: Int
  /// In nats per token, before the step's change.
  public var loss: Double
  /// In nats per token, after it; most steps have none.
  public var validationLoss: Double?
  /// The step's learning rate.
  public var learningRate: Double
  /// Before clipping.
  public var gradientNorm: Double
  /// Tokens read per second.
  public var tokensPerSecond: Double

  /// A row of the log.
  public init(
    step: Int, loss: Double, validationLoss: Double? = nil, learningRate: Double, gradientNorm: Double,
    tokensPerSecond: Double
  ) {
    self.step = step
    self.loss = loss
    self.validationLoss = validationLoss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokensPerSecond = tokensPerSecond
  }

  init(_ step: Trainer.Step, validationLoss: Double?) {
    self.step = step.number
    loss = step.loss
    self.validationLoss = validationLoss
    learningRate = step.learningRate
    gradientNorm = step.gradientNorm
    tokensPerSecond = step.speed
  }

  static let header = "step,loss,validation_loss,learning_rate,gradient_norm,tokens_per_second"

  var line: String {
    "\(step),\(loss),\(validationLoss.map { "\($0)" } ?? ""),\(learningRate),\(gradientNorm),"
      + String(format: "%.1f", tokensPerSecond)
  }

  /// A line as it was written; nil for a header, and for the half of a line that a killed run leaves.
  init?(_ line: some StringProtocol) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count == 6, let step = Int(fields[0]), let loss = Double(fields[1]),
      let learningRate = Double(fields[3]), let gradientNorm = Double(fields[4]), let speed = Double(fields[5]),
      fields[2].isEmpty || Double(fields[2]) != nil
    else { return nil }
    self.step = step
    self.loss = loss
    validationLoss = Double(fields[2])
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    tokensPerSecond = speed
  }
}

/// `metrics.csv` of a run, to which each step adds its line.
final class MetricsFile {
  /// Every row, earlier runs' included.
  private(set) var rows: [MetricsRow] = []
  private let handle: FileHandle
  private let path: String

  /// Keeps the rows of the steps that were completed; those of steps that are to be taken again go.
  /// - Throws: `TrainingError` when the file cannot be written.
  init(path: String, completedSteps: Int) throws {
    self.path = path
    if completedSteps > 0, let text = FileManager.default.contents(atPath: path) {
      let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
      rows = lines.compactMap { MetricsRow($0) }.filter { $0.step <= completedSteps }
    }
    let text = ([MetricsRow.header] + rows.map(\.line)).joined(separator: "\n") + "\n"
    do {
      let file = try OutputFile(path: path)
      try file.write(Array(text.utf8))
      try file.moveIntoPlace()
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.seekToEnd()
    } catch let error as OutputFileError {
      throw TrainingError(.unwritable, "\(error); is the disk full or the folder read-only?")
    }
  }

  func append(_ row: MetricsRow) throws {
    rows.append(row)
    do { try handle.write(contentsOf: Data((row.line + "\n").utf8)) } catch {
      throw TrainingError(.unwritable, at: path, "\(error.localizedDescription); is the disk full?")
    }
  }
}
