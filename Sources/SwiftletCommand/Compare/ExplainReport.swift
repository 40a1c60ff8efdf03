import Swiftlet

/// What `swiftlet compare --explain` prints: models side by side, without training.
struct ExplainReport {
  /// Presets, config.json files or models.
  let names: [String]
  /// Whether it is for a program.
  let json: Bool

  /// The report.
  /// - Throws: What is wrong with a name, and which names there are.
  func text() throws -> String {
    let models = try names.map { name -> (name: String, configuration: Configuration) in
      do { return (name, try ModelFiles.configuration(of: name)) } catch let error as CommandError {
        guard let reason = Explanation.reasonWithoutConfiguration(name) else { throw error }
        throw CommandError(reason)
      }
    }
    let explanation = try Explanation(of: models)
    return json ? explanation.json : explanation.terminalText()
  }
}
