import Charts
import JSONParsing

/// Numbers as reports write them: enough digits to tell arms apart, and no more.
enum ReportText {
  static func bits(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 4) } ?? "–" }
  static func nats(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 3) } ?? "–" }

  /// A mean and half of its interval.
  static func estimate(_ estimate: Estimate?, decimals: Int) -> String {
    guard let estimate else { return "–" }
    let mean = NumberText.fixed(estimate.mean, decimals: decimals)
    return estimate.margin.isFinite ? mean + " ± " + NumberText.fixed(estimate.margin, decimals: decimals) : mean
  }

  /// A difference with its sign and its interval.
  static func difference(_ estimate: Estimate?, decimals: Int = 4) -> String {
    guard let estimate else { return "–" }
    let mean = signed(estimate.mean, decimals)
    guard estimate.margin.isFinite else { return mean }
    return mean + " [" + signed(estimate.low, decimals) + ", " + signed(estimate.high, decimals) + "]"
  }

  static func signed(_ value: Double, _ decimals: Int) -> String {
    let text = NumberText.fixed(value, decimals: decimals)
    return value > 0 && text.contains(where: { $0 != "0" && $0 != "." && $0.isNumber }) ? "+" + text : text
  }

  static func rate(_ value: Double) -> String { "\(value)" }

  static func count(_ value: Double) -> String { NumberText.groups(Int(value.rounded())) }

  /// Rows as columns of a terminal: words from the left, numbers from the right.
  /// - Parameter leading: The columns that hold words.
  static func columns(_ rows: [[String]], leading: Set<Int>) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let line = widths.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return leading.contains(column) ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// A page's table in columns.
  static func columns(_ table: PageTable) -> String {
    let words = table.columns.indices.filter { table.columns[$0].alignment != .trailing }
    return columns(
      [table.columns.map(\.title)] + table.rows.map { $0.map(\.text) }, leading: Set(words))
  }
}

extension Estimate {
  /// For programs: an interval that is not known has no ends.
  var json: JSONValue {
    func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
    return .object(
      JSONObject([("mean", number(mean)), ("low", number(low)), ("high", number(high)), ("count", .integer(count))]))
  }
}
