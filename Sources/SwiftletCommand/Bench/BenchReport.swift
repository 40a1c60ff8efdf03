import Foundation
import JSONParsing
import Swiftlet

/// Lines of a table, each as soon as it is known, or objects for programs.
struct BenchReport {
  private static let columns: [(title: String, width: Int)] = [
    ("threads", 7), ("test", 16), ("tokens/s", 17), ("median", 7), ("per token", 9), ("of the limit", 12),
  ]
  private var objects: [JSONValue] = []

  // MARK: - A table for people

  /// What the machine can do.
  func heading(_ limits: [MachineLimits]) -> String {
    limits.map { limit in
      "\(limit.threads) thread\(limit.threads == 1 ? "" : "s"): at most \(Terminal.rounded(limit.floatPeak / 1e9)) GFLOP/s, "
        + "reading \(NumberText.bytes(limit.readBandwidth))/s\n"
    }.joined()
  }

  /// What a model is, and the titles of its table.
  func heading(_ subject: BenchSubject) -> String {
    let configuration = subject.model.configuration
    return "\n\(Self.short(subject.name)): \(configuration.family.rawValue), "
      + "\(Terminal.grouped(configuration.parameterCount)) parameters, \(subject.typeName), "
      + "\(NumberText.bytes(Double(subject.model.weightBytes)))\n" + line(Self.columns.map(\.title))
  }

  func row(_ subject: BenchSubject, _ result: SpeedResult, _ limits: MachineLimits) -> String {
    let share = subject.share(of: result, limits)
    return line([
      String(limits.threads), result.test.name, "\(Self.speed(result.mean)) ± \(Self.speed(result.deviation))",
      Self.speed(result.median), Self.time(result.secondsPerToken),
      "\(Terminal.rounded(100 * share.part, 0))% \(share.limit.rawValue)",
    ])
  }

  /// What opening the model took, and what memory it holds now.
  func footing(_ subject: BenchSubject, memory: Int) -> String {
    let opened = subject.loadSeconds.map { "opened in \(Self.time($0))" } ?? "random weights"
    return "  \(opened), first token \(Self.time(subject.firstTokenSeconds)), "
      + "\(NumberText.bytes(Double(memory))) in memory\n"
  }

  private func line(_ cells: [String]) -> String {
    var line = ""
    for (cell, column) in zip(cells, Self.columns) {
      line += "  " + cell + String(repeating: " ", count: max(0, column.width - cell.count))
    }
    return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
  }

  /// The last part of a path.
  private static func short(_ name: String) -> String { (name as NSString).lastPathComponent }

  /// As many decimals as tell something.
  private static func speed(_ value: Double) -> String {
    Terminal.rounded(value, value < 100 ? 2 : value < 10_000 ? 1 : 0)
  }

  private static func time(_ seconds: Double) -> String {
    seconds >= 1
      ? Terminal.rounded(seconds, 2) + " s"
      : seconds >= 1e-3 ? Terminal.rounded(1e3 * seconds, 2) + " ms" : Terminal.rounded(1e6 * seconds, 1) + " µs"
  }

  // MARK: - JSON for programs

  /// Remembers one model's results.
  mutating func add(_ subject: BenchSubject, _ results: [(SpeedResult, MachineLimits)], memory: Int) {
    objects += results.map { object(subject, $0, $1, memory: memory) }
  }

  /// All of them.
  var json: String { JSONValue.array(objects).serialized(pretty: true) + "\n" }

  private func object(
    _ subject: BenchSubject, _ result: SpeedResult, _ limits: MachineLimits, memory: Int
  ) -> JSONValue {
    let test = result.test
    let (bytes, share) = (subject.bytesRead(perTokenOf: test), subject.share(of: result, limits))
    return .object(
      JSONObject([
        ("model", .string(subject.name)), ("family", .string(subject.model.configuration.family.rawValue)),
        ("weight_bytes", .integer(subject.model.weightBytes)),
        ("parameters", .integer(subject.model.configuration.parameterCount)),
        ("type", .string(subject.model.weightTypes.first?.rawValue ?? "f32")),
        ("types", .array(subject.model.weightTypes.map { .string($0.rawValue) })),
        ("threads", .integer(limits.threads)),
        ("test", .string(test.name)), ("prompt_tokens", .integer(test.kind == .prompt ? test.tokens : 0)),
        ("generate_tokens", .integer(test.kind == .generation ? test.tokens : 0)), ("depth", .integer(test.depth)),
        ("sequences", .integer(test.sequences)),
        ("tokens_per_second", .number(result.median)), ("mean", .number(result.mean)),
        ("deviation", .number(result.deviation)), ("samples", .array(result.speeds.map(JSONValue.number))),
        ("samples_seconds", .array(result.seconds.map(JSONValue.number))),
        ("cache_type_keys", .string(subject.cacheTypes.keys.rawValue)),
        ("cache_type_values", .string(subject.cacheTypes.values.rawValue)),
        ("runs_per_sample", .integer(result.runsPerRepetition)), ("seconds_per_token", .number(result.secondsPerToken)),
        ("share_of_limit", .number(share.part)), ("limit", .string(share.limit.rawValue)),
        ("bytes_read_per_token", .integer(bytes)),
        // What would be left if the memory were all that takes time.
        ("seconds_beyond_reading", .number(result.secondsPerToken - Double(bytes) / limits.readBandwidth)),
        ("load_seconds", subject.loadSeconds.map(JSONValue.number) ?? .null),
        ("first_token_seconds", .number(subject.firstTokenSeconds)), ("memory_bytes", .integer(memory)),
        ("read_bytes_per_second", .number(limits.readBandwidth)),
        ("float_operations_per_second", .number(limits.floatPeak)),
      ]))
  }
}
