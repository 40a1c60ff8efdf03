public struct LossCurve {
  public init(title: String, facts: [(String, String)], floor: Double?, isRunning: Bool) {}
  public func html(_ rows: [MetricsRow]) -> String { "" }
}
