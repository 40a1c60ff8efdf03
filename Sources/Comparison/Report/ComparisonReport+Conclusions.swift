import Charts

/// What the numbers say, in sentences.
extension ComparisonReport {
  /// The findings of the ladders, most important first.
  var conclusions: [String] {
    var sentences: [String] = []
    for arms in drawnLadders {
      guard let first = arms.first, let last = arms.last else { continue }
      if let whole = comparison(last.arm.name, with: first.arm.name), let difference = whole.difference {
        sentences.append(
          "From \(first.arm.name) to \(last.arm.name), all parts together: \(ReportText.difference(difference)) bits per"
            + " byte" + (whole.verdict.map { ", \($0.rawValue)" } ?? "") + ".")
      }
      let steps = zip(arms, arms.dropFirst()).compactMap { comparison($1.arm.name, with: $0.arm.name) }
      let told = steps.filter { $0.verdict == .better || $0.verdict == .worse }
        .sorted { ($0.difference?.mean ?? 0) < ($1.difference?.mean ?? 0) }
      for (verdict, words) in [(Verdict.better, "lowered the loss"), (.worse, "raised it")] {
        let list = told.filter { $0.verdict == verdict }.map {
          "\($0.arm.arm.name) (\(ReportText.signed($0.difference?.mean ?? 0, 4)))"
        }
        if !list.isEmpty { sentences.append("Parts that \(words): \(list.joined(separator: ", ")).") }
      }
      let noise = steps.filter { $0.verdict == .withinNoise }.map(\.arm.arm.name)
      if !noise.isEmpty { sentences.append("Within noise: \(noise.joined(separator: ", ")).") }
    }
    let climbed = Set(drawnLadders.joined().map(\.arm.name))
    sentences += outcomes.dropFirst().filter { !climbed.contains($0.arm.name) }.compactMap(comparison).map(sentence)
    let diverged = outcomes.filter { $0.divergedCount > 0 }
    for outcome in diverged {
      sentences.append(
        "\(outcome.arm.name): \(outcome.divergedCount) of \(outcome.runs.count) runs diverged; its loss cannot be told."
      )
    }
    if seeds < 3 {
      sentences.append("\(seeds == 1 ? "One seed" : "\(seeds) seeds"): too few for a claim; give --seeds 3 or more.")
    }
    return sentences
  }

  private func sentence(_ comparison: Comparison) -> String {
    let names = "\(comparison.arm.arm.name) against \(comparison.against.arm.name)"
    guard let difference = comparison.difference else { return "\(names): cannot be told." }
    return "\(names): \(ReportText.difference(difference)) bits per byte"
      + (comparison.verdict.map { ", \($0.rawValue)" } ?? "") + "."
  }

  /// Published findings about the same parts, beside what was found here.
  var publishedRows: [(finding: PublishedFinding, difference: Estimate?, agreement: String)] {
    PublishedFinding.all.compactMap { finding in
      guard let comparison = comparison(finding.arm, with: finding.against) else { return nil }
      let difference = comparison.difference
      // A run that diverges is as much worse as a run can be.
      let agreement =
        difference.map { $0.count > 1 ? finding.agreement($0) : "cannot tell: one seed" }
        ?? (comparison.arm.divergedCount > 0 && finding.direction == .worse ? "agrees: it diverged" : "cannot tell")
      return (finding, difference, agreement)
    }
  }
}
