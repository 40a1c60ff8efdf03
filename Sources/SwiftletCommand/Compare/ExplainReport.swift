import Swiftlet
struct ExplainReport {
  init(_ a: [String], json: Bool) throws {}
  func text() -> String { "" }
}
