public import Charts
import LanguageModels
import Tensors

/// The explanation in sections, each a table with a column per model.
extension Explanation {
  /// The explanation as a page.
  public var page: ChartPage {
    var page = ChartPage(title: models.map(\.name).joined(separator: " and "))
    page.sections = sections
    return page
  }

  /// The explanation in Markdown.
  public var markdown: String { page.markdown(page: "") }

  /// What is computed, and then, apart from it, what was published.
  var sections: [PageSection] {
    [
      PageSection(
        "Parts", contents: [.table(partTable), .paragraph("≠ marks the parts in which the models differ.")]),
      PageSection("Parameters", contents: [.table(parameterTable)]),
      PageSection("Weights in memory", contents: [.table(weightTable)]),
      PageSection(
        "KV cache in f16",
        contents: [
          .table(cacheTable),
          .paragraph("A layer whose tokens see a band or a chunk keeps no more than that."),
        ]),
      PageSection(
        "Floating-point operations",
        contents: [
          .table(operationTable),
          .paragraph(
            "Training is three times the forward pass. * marks texts of 8,192 tokens, assumed where the length in"
              + " training is not known."),
        ]),
      PageSection(
        "Published, not computed",
        contents: [.table(publishedTable.table)] + publishedTable.sources.map { .paragraph($0) }),
    ]
  }

  private func table(_ rows: [(String, (Model) -> String)], _ alignment: PageTable.Alignment = .trailing) -> PageTable {
    PageTable(
      [.init("")] + models.map { .init($0.name, alignment) },
      rows: rows.map { title, value in [.init(title)] + models.map { .init(value($0)) } })
  }

  private var partTable: PageTable {
    let differing = Set(differingParts)
    let parts = models.map(\.configuration.partDescriptions)
    return PageTable(
      [.init("")] + models.map { .init($0.name) },
      rows: parts[0].indices.map { index in
        let name = parts[0][index].name
        let isDifferent = differing.contains(name)
        return [.init(isDifferent ? "≠ " + name : name)]
          + parts.map { .init($0[index].value, isDifferent ? .strong : .plain) }
      })
  }

  private var parameterTable: PageTable {
    var rows: [(String, (Model) -> String)] = [("total", { Self.count($0.inspection.parameterCount) })]
    if models.contains(where: { $0.inspection.activeParameterCount != $0.inspection.parameterCount }) {
      rows.append(("used per token", { Self.count($0.inspection.activeParameterCount) }))
    }
    rows += Parameter.Part.allCases.map { part in
      (
        part.label,
        { model in
          Self.count(model.inspection.parametersByPart.first { $0.part == part }?.count ?? 0)
        }
      )
    }
    return table(rows)
  }

  private var weightTable: PageTable {
    table(
      Self.precisions.map { type in (type.rawValue, { NumberText.bytes(Double($0.inspection.weightBytes(type))) }) })
  }

  private var cacheTable: PageTable {
    table(
      [("one more token", { NumberText.bytes(Double($0.inspection.kvCacheBytesPerToken())) })]
        + cacheLengths.map { length in
          (
            NumberText.groups(length) + " tokens",
            { $0.cacheBytes(at: length).map { NumberText.bytes(Double($0)) } ?? "beyond its context" }
          )
        })
  }

  private var operationTable: PageTable {
    table([
      ("first token of a text", { Self.operations($0.inspection.floatingPointOperationsPerToken()) }),
      (
        "last token of a full context",
        {
          Self.operations($0.inspection.floatingPointOperationsPerToken(depth: $0.configuration.contextLength - 1))
        }
      ),
      (
        "texts in training",
        { NumberText.groups($0.trainingContextLength) + " tokens" + ($0.assumesTrainingContext ? " *" : "") }
      ),
      (
        "training, per token",
        {
          NumberText.operations(
            $0.inspection.trainingFloatingPointOperations(tokens: 1, contextLength: $0.trainingContextLength))
        }
      ),
      (
        "training, all published tokens",
        { $0.trainingOperations.map { NumberText.value($0) } ?? "tokens not published" }
      ),
    ])
  }

  /// What was published, with a number for each source, and the sources.
  private var publishedTable: (table: PageTable, sources: [String]) {
    var sources: [String] = []
    func cell(_ model: Model, _ topic: PublishedFacts.Topic) -> PageTable.Cell {
      guard let published = model.published, let fact = published[topic] else { return "–" }
      if !sources.contains(fact.source) { sources.append(fact.source) }
      let number = (sources.firstIndex(of: fact.source) ?? 0) + 1
      return .init((fact.text ?? "not published") + " (\(number))")
    }
    let rows = PublishedFacts.Topic.allCases.map { topic in
      [.init(topic.rawValue)] + models.map { cell($0, topic) }
    }
    let table = PageTable([.init("")] + models.map { .init($0.name) }, rows: rows)
    let notes = sources.enumerated().map { "(\($0 + 1)) \($1)" }
    return (table, notes + ["–: not in these sources, or no published model."])
  }

  private static func count(_ value: Int) -> String { value == 0 ? "–" : NumberText.groups(value) }
  private static func operations(_ count: Int) -> String { NumberText.operations(Double(count)) }
}

extension Explanation.Model {
  /// The bytes of keys and values at a length; nil beyond the model's context.
  func cacheBytes(at length: Int) -> Int? {
    length <= configuration.contextLength ? inspection.kvCacheBytes(at: length) : nil
  }

  /// Whether the length of texts in training is a guess.
  var assumesTrainingContext: Bool {
    published?.trainingContextLength == nil && configuration.contextLength > Self.usualContextLength
  }
}
