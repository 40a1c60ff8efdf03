public import Charts
import Foundation
import JSONParsing
import LanguageModels
import Tensors
import TextGeneration
import Tokenization

/// What was measured on trained models, as people read it.
public struct ModelComparisonReport: Sendable {
  let comparison: ModelComparison
  let outcomes: [ModelComparison.Outcome]
  let command: String

  /// A report on models that were measured.
  public init(_ comparison: ModelComparison, outcomes: [ModelComparison.Outcome], command: String = "") {
    self.comparison = comparison
    self.outcomes = outcomes
    self.command = command
  }

  private func difference(_ outcome: ModelComparison.Outcome) -> Estimate? {
    guard let first = outcomes.first, first.subject.name != outcome.subject.name else { return nil }
    return comparison.difference(outcome, from: first)
  }

  // MARK: - Tables

  /// How well each predicts the texts.
  private var lossTable: PageTable {
    var table = PageTable([
      .init("model"), .init("parameters", .trailing), .init("tokens", .trailing), .init("bits per byte", .trailing),
      .init("against the first, 95% interval", .trailing), .init("verdict"),
    ])
    table.rows = outcomes.map { outcome in
      let difference = difference(outcome)
      let verdict = difference.map(Verdict.init)
      return [
        .init(outcome.subject.name, .strong),
        .init(ReportText.count(Double(outcome.subject.model.configuration.parameterCount))),
        .init(ReportText.count(Double(outcome.tokenCount))),
        .init(ReportText.estimate(outcome.bitsPerByte, decimals: 4)), .init(ReportText.difference(difference)),
        PageTable.Cell(verdict),
      ]
    }
    return table
  }

  /// What each costs.
  private var costTable: PageTable {
    var table = PageTable([
      .init("model"), .init("reading, tokens/s", .trailing), .init("writing, tokens/s", .trailing),
      .init("weights, f16", .trailing), .init("KV cache per token, f16", .trailing),
      .init("of its context", .trailing), .init("FLOPs per token", .trailing),
    ])
    table.rows = outcomes.map { outcome in
      let configuration = outcome.subject.model.configuration
      let inspection = ModelInspection(configuration)
      return [
        .init(outcome.subject.name, .strong), .init(ReportText.count(outcome.readingTokensPerSecond)),
        .init(ReportText.count(outcome.writingTokensPerSecond)),
        .init(NumberText.bytes(Double(inspection.weightBytes(.f16)))),
        .init(NumberText.bytes(Double(inspection.kvCacheBytesPerToken()))),
        .init(NumberText.bytes(Double(inspection.kvCacheBytesPerToken()) * Double(configuration.contextLength))),
        .init(NumberText.operations(Double(inspection.floatingPointOperationsPerToken()))),
      ]
    }
    return table
  }

  // MARK: - The page

  /// Everything there is to show.
  /// - Throws: What a model throws.
  public func page() throws -> ChartPage {
    let bytes = comparison.texts.reduce(0) { $0 + $1.utf8.count }
    var page = ChartPage(
      title: "Comparison of \(outcomes.count) models", subtitle: conclusions.first ?? "",
      facts: [("Texts", NumberText.groups(comparison.texts.count)), ("Bytes", NumberText.groups(bytes))])
    if let floor = comparison.floor {
      page.facts.append(("Lowest possible loss", "\(ReportText.bits(floor)) bits per byte"))
    }
    page.sections = [
      PageSection("What was found", contents: conclusions.map { .paragraph($0) } + [.table(lossTable)]),
      PageSection(
        "What they cost",
        contents: [.paragraph("On this machine, measured in turn, medians of three."), .table(costTable)]),
      PageSection(
        "What they are made of",
        contents: [
          .paragraph("What differs from the first is filled and has a folded corner."),
          .diagrams(
            outcomes.map { outcome in
              DecoderDiagram(
                outcome.subject.model.configuration, title: outcome.subject.name,
                changedFrom: outcome.subject.name == outcomes[0].subject.name
                  ? nil : outcomes[0].subject.model.configuration)
            }),
        ]),
      PageSection(
        "What they write",
        contents: [
          .paragraph("After the same words, at temperature 0.7 and top-p 0.9."), .texts(try samples()),
        ]),
      PageSection("What they look at", contents: [.attention(try attention())]),
    ]
    if !command.isEmpty {
      page.sections.append(PageSection("Conditions", contents: [.paragraph("Made by: \(command)")]))
    }
    return page
  }

  /// What the numbers say, in sentences.
  private var conclusions: [String] {
    outcomes.dropFirst().compactMap { outcome in
      guard let difference = difference(outcome) else { return nil }
      return
        "\(outcome.subject.name) against \(outcomes[0].subject.name): \(ReportText.difference(difference)) bits per"
        + " byte, \(Verdict(difference).rawValue)."
    }
  }

  private func samples() throws -> [PageText] {
    let prompt = comparison.texts[0].split(separator: " ").prefix(4).joined(separator: " ")
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 0.7, topP: 0.9, seed: 1), maxTokens: 90)
    return try outcomes.map { outcome in
      PageText(
        outcome.subject.name,
        try Generator(model: outcome.subject.model, tokenizer: outcome.subject.tokenizer).text(
          after: prompt, options: options))
    }
  }

  private func attention() throws -> AttentionViewer {
    let texts = comparison.texts.prefix(3).map { $0.split(separator: " ").prefix(22).joined(separator: " ") }
    let models = try outcomes.map { outcome in
      let subject = outcome.subject
      return AttentionViewer.Model(
        subject.name,
        readings: try texts.map { text in
          let ids = Array(subject.tokenizer.encode(text).prefix(min(40, subject.model.configuration.contextLength)))
          return try subject.model.reading(ids, subject.tokenizer)
        })
    }
    return AttentionViewer(texts: texts, models: models)
  }

  // MARK: - Files and terminals

  /// Writes `report.html`, `report.md` and `report.csv`.
  /// - Throws: `ComparisonError` where a file cannot be written.
  public func write(to folder: String) throws {
    let (losses, costs) = (lossTable, costTable)
    let header = (losses.columns + costs.columns.dropFirst()).map(\.title)
    let rows = zip(losses.rows, costs.rows).map { ($0 + $1.dropFirst()).map(\.text) }
    try ReportFiles.write(page(), others: [("report.csv", ReportFiles.csv([header] + rows))], to: folder)
  }

  /// The table and the conclusions.
  public var terminalTable: String {
    ([ReportText.columns(lossTable), "", ReportText.columns(costTable), ""] + conclusions).joined(separator: "\n")
      + "\n"
  }

  /// Everything that was measured.
  public var json: String {
    let models = outcomes.map { outcome -> JSONValue in
      .object(
        JSONObject([
          ("model", .string(outcome.subject.name)),
          ("parameters", .integer(outcome.subject.model.configuration.parameterCount)),
          ("tokens", .integer(outcome.tokenCount)), ("bits_per_byte", outcome.bitsPerByte.json),
          ("difference", difference(outcome)?.json ?? .null),
          ("verdict", difference(outcome).map { .string(Verdict($0).rawValue) } ?? .null),
          ("reading_tokens_per_second", .number(outcome.readingTokensPerSecond)),
          ("writing_tokens_per_second", .number(outcome.writingTokensPerSecond)),
        ]))
    }
    let report = JSONObject([
      ("models", .array(models)), ("texts", .integer(comparison.texts.count)),
      ("floor_bits_per_byte", comparison.floor.map(JSONValue.number) ?? .null),
    ])
    return JSONValue.object(report).serialized(pretty: true) + "\n"
  }
}
