import ArgumentParser

/// `swiftlet data`: what models learn from.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Make what models learn from.",
    discussion: """
      Example:
        swiftlet data stories --documents 20000 --seed 1 --output stories.jsonl
      """,
    subcommands: [DataStories.self])
}
