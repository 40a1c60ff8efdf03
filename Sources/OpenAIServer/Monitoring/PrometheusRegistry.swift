#if Server
  import CoreMetrics
  import Synchronization

  /// Keeps what swift-metrics reports, and writes it the way Prometheus reads it.
  final class PrometheusRegistry: MetricsFactory, Sendable {
    /// One line of the report: a name with its labels.
    struct Series: Hashable, Sendable {
      let name: String
      let labels: [String]

      init(_ label: String, _ dimensions: [(String, String)]) {
        name = label.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
        labels = dimensions.map { key, value in
          let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
          return "\(key)=\"\(escaped)\""
        }
      }

      func line(_ suffix: String = "", _ further: String? = nil) -> String {
        let all = labels + (further.map { [$0] } ?? [])
        return name + suffix + (all.isEmpty ? "" : "{" + all.joined(separator: ",") + "}")
      }
    }

    final class Counter: CounterHandler, FloatingPointCounterHandler, Sendable {
      private let value = Mutex(0.0)
      func increment(by amount: Int64) { value.withLock { $0 += Double(amount) } }
      func increment(by amount: Double) { value.withLock { $0 += amount } }
      func reset() { value.withLock { $0 = 0 } }
      var total: Double { value.withLock { $0 } }
    }

    final class Gauge: RecorderHandler, MeterHandler, Sendable {
      private let value = Mutex(0.0)
      func record(_ number: Int64) { set(Double(number)) }
      func record(_ number: Double) { set(number) }
      func set(_ number: Int64) { set(Double(number)) }
      func set(_ number: Double) { value.withLock { $0 = number } }
      func increment(by amount: Double) { value.withLock { $0 += amount } }
      func decrement(by amount: Double) { value.withLock { $0 -= amount } }
      var now: Double { value.withLock { $0 } }
    }

    final class Histogram: RecorderHandler, TimerHandler, Sendable {
      static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
      struct State {
        var counts = [Int](repeating: 0, count: Histogram.bounds.count)
        var count = 0
        var sum = 0.0
      }
      private let state = Mutex(State())
      func record(_ number: Int64) { record(Double(number)) }
      func record(_ number: Double) {
        guard number.isFinite else { return }
        state.withLock { state in
          for (index, bound) in Self.bounds.enumerated() where number <= bound { state.counts[index] += 1 }
          state.count += 1
          state.sum += number
        }
      }
      func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
      var now: State { state.withLock { $0 } }
    }

    private enum Handler: Sendable {
      case counter(Counter), gauge(Gauge), histogram(Histogram)
    }
    private let handlers = Mutex<[Series: Handler]>([:])
    /// However many names there are, memory stays small.
    private static let mostSeries = 4096

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> Counter {
      find(Series(label, dimensions), Counter()) {
        .counter($0)
      } as: {
        if case .counter(let found) = $0 { found } else { nil }
      }
    }
    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> Gauge {
      find(Series(label, dimensions), Gauge()) {
        .gauge($0)
      } as: {
        if case .gauge(let found) = $0 { found } else { nil }
      }
    }
    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> Histogram {
      find(Series(label, dimensions), Histogram()) {
        .histogram($0)
      } as: {
        if case .histogram(let found) = $0 { found } else { nil }
      }
    }

    private func find<Kind: Sendable>(
      _ series: Series, _ fresh: Kind, _ wrap: (Kind) -> Handler, as unwrap: (Handler) -> Kind?
    ) -> Kind {
      handlers.withLock { handlers in
        if let found = handlers[series].flatMap(unwrap) { return found }
        if handlers.count < Self.mostSeries { handlers[series] = wrap(fresh) }
        return fresh
      }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
      counter(label, dimensions)
    }
    func makeFloatingPointCounter(
      label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { counter(label, dimensions) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { gauge(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
      aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { histogram(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// The report: Prometheus' text format, version 0.0.4.
    var text: String {
      let sorted = handlers.withLock { $0 }.sorted {
        ($0.key.name, $0.key.labels.joined()) < ($1.key.name, $1.key.labels.joined())
      }
      var lines: [String] = []
      var described = ""
      func describe(_ name: String, _ kind: String) {
        if described != name { lines.append("# TYPE \(name) \(kind)") }
        described = name
      }
      for (series, handler) in sorted {
        switch handler {
        case .counter(let counter):
          describe(series.name, "counter")
          lines.append("\(series.line()) \(counter.total)")
        case .gauge(let gauge):
          describe(series.name, "gauge")
          lines.append("\(series.line()) \(gauge.now)")
        case .histogram(let histogram):
          describe(series.name, "histogram")
          let now = histogram.now
          for (bound, count) in zip(Histogram.bounds, now.counts) {
            lines.append("\(series.line("_bucket", "le=\"\(bound)\"")) \(count)")
          }
          lines.append("\(series.line("_bucket", "le=\"+Inf\"")) \(now.count)")
          lines.append("\(series.line("_sum")) \(now.sum)")
          lines.append("\(series.line("_count")) \(now.count)")
        }
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }
#endif
