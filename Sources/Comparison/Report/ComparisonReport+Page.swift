public import Charts
import Foundation
import LanguageModels
import Tensors
import Tokenization
import Training

/// The report as a page.
extension ComparisonReport {
  /// Everything there is to show.
  /// - Throws: Where the weights of a run cannot be read again.
  public func page() throws -> ChartPage {
    var page = ChartPage(title: title, subtitle: conclusions.first ?? "", facts: facts)
    page.sections = [PageSection("What was found", contents: conclusions.map { .paragraph($0) })]
    for arms in drawnLadders {
      guard let chart = waterfall(arms) else { continue }
      page.sections.append(
        PageSection(
          "From \(arms[0].arm.name) to \(arms[arms.count - 1].arm.name)",
          contents: [.paragraph(Self.waterfallNote), .waterfall(chart)]))
    }
    page.sections += [
      PageSection("Arms", contents: [.paragraph(lossNote), .table(lossTable)]),
      PageSection(
        "While they learned",
        contents: [.paragraph(Self.curveNote), .chart(curves(of: outcomes.filter(\.arm.hasWarmup)))]),
    ]
    if let published = publishedTable {
      page.sections.append(
        PageSection("Beside what was published", contents: [.paragraph(Self.publishedNote), .table(published)]))
    }
    if let warmup = warmupTable {
      page.sections.append(
        PageSection("Warmup", contents: [.paragraph(Self.warmupNote), .table(warmup), .chart(curves(of: warmupArms))]))
    }
    page.sections.append(
      PageSection("Beyond the training's context", contents: [.paragraph(positionNote), .chart(positions)]))
    if let sweepTable, let sweeps {
      page.sections.append(
        PageSection("Learning rates", contents: [.paragraph(sweepNote), .chart(sweeps), .table(sweepTable)]))
    }
    page.sections += [
      PageSection("What they cost", contents: [.paragraph(costNote), .table(costTable)]),
      PageSection("What they are made of", contents: [.paragraph(Self.diagramNote), .diagrams(diagrams)]),
      PageSection("What they write", contents: [.paragraph(Self.sampleNote), .texts(samples)]),
      PageSection(
        "What they look at", contents: [.paragraph(Self.attentionNote), .attention(try attention())]),
      PageSection("Conditions", contents: conditions.map { .paragraph($0) }),
    ]
    return page
  }

  private var title: String {
    drawnLadders.isEmpty ? "Comparison of \(outcomes.count) arms" : "GPT and LLaMA, part by part"
  }

  private var facts: [(String, String)] {
    let plan = experiment.plan.training
    var facts = [
      ("Data", experiment.data.name),
      ("Tokens a run", NumberText.groups(tokensPerRun)),
      ("Parameters an arm", parameterRange),
      ("Seeds an arm", "\(seeds)"),
      ("Steps", "\(NumberText.groups(plan.steps)) of \(plan.samplesPerStep) × \(plan.contextLength) tokens"),
      ("Vocabulary", NumberText.groups(experiment.data.tokenizer.vocabularySize)),
    ]
    if let floor {
      facts.append(
        (
          "Lowest possible loss",
          "\(ReportText.bits(floor.bitsPerByte)) bits per byte, \(ReportText.nats(floor.nats)) nats per token"
        ))
    }
    return facts
  }

  /// From the smallest arm to the largest.
  private var parameterRange: String {
    let counts = outcomes.map(\.arm.configuration.parameterCount)
    guard let low = counts.min(), let high = counts.max() else { return "–" }
    let spread = NumberText.fixed(100 * Double(high - low) / Double(max(1, low)), decimals: 2)
    return low == high
      ? NumberText.groups(low) : "\(NumberText.groups(low)) to \(NumberText.groups(high)) (\(spread)% apart)"
  }

  // MARK: - Notes

  private static let waterfallNote =
    "Each bar is one part exchanged, everything before it kept. Whiskers hold the difference with 95% confidence; a"
    + " hollow bar is within noise: its interval holds zero."
  private static let curveNote = "Means over the seeds, and from the lowest to the highest of them."
  private static let publishedNote =
    "Papers trained models hundreds of times larger, for longer, on other text. The sign of a difference can be"
    + " compared, its size cannot."
  private static let warmupNote =
    "The learning rate was searched for with and without warmup; without, it begins at its highest. Xiong et al. (2020)"
    + " found that normalisation after the sums needs warmup and normalisation before the sublayers does not, at"
    + " learning rates a tenth of the best ones here."
  private static let diagramNote =
    "What differs from the arm before is filled and has a folded corner. Feed-forward parts are as wide as equal"
    + " parameters allow; the width is not marked."
  private static let sampleNote = "With the weights of seed 1, at temperature 0.7 and top-p 0.9, the same dice for all."
  private static let attentionNote =
    "Choose a text, a layer and a head, and two models. Rows read, columns are read: a dark square is much attention."

  private var lossNote: String {
    "The loss on text that no arm learned from, mean over \(seeds) seeds ± 95% interval. A difference is taken seed by"
      + " seed, since arms of one seed see the same text in the same order; its interval is Student's t over the seeds."
      + " One interval in twenty misses the truth, and none holds the luck of the search for the learning rate, so a"
      + " difference whose interval ends near zero deserves more seeds."
  }

  private var positionNote: String {
    "The loss at each place of long held-out text. Learned positions end with their table, at"
      + " \(experiment.plan.training.contextLength): such a model cannot be asked further. Rotary ones can, and what they"
      + " then do they were never trained for."
  }

  private var sweepNote: String {
    "Every arm tried \(experiment.plan.learningRates.map(ReportText.rate).joined(separator: ", ")) with seed 0, and went on"
      + " where its best was the lowest or the highest. The bold rate is the one it was judged with, by other seeds."
  }

  private var costNote: String {
    "On one thread of this machine, arms measured in turn, medians. The training state is weights, gradients and the two"
      + " moments of AdamW; kept per token is what waits for the way back. FLOPs count two per multiplication and addition,"
      + " half of the context attended."
  }

  // MARK: - Parts of it

  /// An arm's decoder and the one it is compared with.
  private var diagrams: [DecoderDiagram] {
    outcomes.filter { $0.arm.hasWarmup }.map { outcome in
      DecoderDiagram(
        outcome.arm.configuration, title: outcome.arm.name, subtitle: outcome.arm.title,
        changedFrom: comparison(outcome)?.against.arm.configuration)
    }
  }

  private var samples: [PageText] {
    outcomes.filter { $0.arm.hasWarmup }.compactMap { outcome in
      guard let run = outcome.runs.first(where: { $0.nats != nil }), let text = run.samples.first else { return nil }
      return PageText(outcome.arm.name, text)
    }
  }

  /// Attention of the first seed's weights while they read held-out text.
  private func attention() throws -> AttentionViewer {
    let tokenizer = experiment.data.tokenizer
    let models = try outcomes.filter { $0.arm.hasWarmup }.compactMap { outcome -> AttentionViewer.Model? in
      guard let run = outcome.runs.first(where: { $0.nats != nil }) else { return nil }
      let model = try experiment.model(of: run)
      let readings = try experiment.data.sentences.map { try model.reading($0, tokenizer) }
      return AttentionViewer.Model(outcome.arm.name, readings: readings)
    }
    return AttentionViewer(texts: try experiment.data.sentences.map { try tokenizer.decode($0) }, models: models)
  }

  private var conditions: [String] {
    let plan = experiment.plan.training
    var lines = [
      "All arms share the tokenizer, the text and its order, the number of tokens and, to 1%, the number of parameters:"
        + " the feed-forward part is as wide as that takes. Each has weights of its own to begin with.",
      "\(plan.schedule.rawValue) schedule to zero, \(plan.warmup) steps of warmup, gradients"
        + " clipped to \(NumberText.value(plan.clip)), dropout \(NumberText.value(Double(plan.dropout))).",
    ]
    if !command.isEmpty { lines.append("Made by: \(command)") }
    return lines
  }
}
