import ArgumentParser
import Foundation
import JSONParsing
import ModelHub
import Swiftlet

/// `swiftlet pull`: a model from Hugging Face.
struct Pull: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetch a model from Hugging Face.",
    discussion: """
      Fetches what a model is loaded from: safetensors, or GGUF where there are none, with configuration, tokenizer \
      and chat templates. What will be fetched is listed first. Every file is verified before it gets its name; after \
      Ctrl-C or a lost connection, the same command goes on where it ended. Of several GGUF files, --include chooses.

      HF_TOKEN holds the token for private and gated repositories, HF_ENDPOINT the address of a mirror.

      Example:
        swiftlet pull openai-community/gpt2
        swiftlet pull bartowski/Llama-3.2-1B-Instruct-GGUF --include '*Q4_K_M.gguf'
      """)

  @Option(help: ArgumentHelp("A branch, a tag or a commit.", valueName: "revision"))
  var revision = "main"

  @Option(
    name: [.long, .short],
    help: ArgumentHelp("The folder to fetch into; else one of the repository's name.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Fetch only files that match: * any name, ** across folders, ? one character. Can be given again.",
      valueName: "glob"))
  var include: [String] = []

  @Option(help: ArgumentHelp("Leave out files that match. Can be given again.", valueName: "glob"))
  var exclude: [String] = []

  @Option(help: ArgumentHelp("Where the hub is; else HF_ENDPOINT, or https://huggingface.co.", valueName: "url"))
  var endpoint: String?

  @Option(help: ArgumentHelp("The token; better give it with HF_TOKEN, which others cannot see.", valueName: "token"))
  var token: String?

  @Flag(help: "List what would be fetched, and fetch nothing.")
  var dryRun = false

  @Flag(help: "Write one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("The repository: OWNER/NAME.", valueName: "owner/name"))
  var repository: String

  func run() async throws {
    let repository = try HubRepository(repository)
    let selection = FileSelection(
      include: try include.map { try GlobPattern($0) }, exclude: try exclude.map { try GlobPattern($0) })
    let client = try HubClient(
      endpoint: try given(endpoint, "HF_ENDPOINT").map { try HubEndpoint($0) }, token: given(token, "HF_TOKEN"))
    let folder = output ?? repository.name
    let progress = ProgressLine()
    let interruption = Interruption()

    progress.showNow("asking \(client.endpoint) for the files of \(repository)")
    let snapshot = try await interruptible(interruption) {
      try await client.snapshot(of: repository, revision: revision)
    } whileRunning: {
    }
    progress.end()
    let files = try selection.files(of: snapshot)
    Terminal.note(plan(files, of: snapshot, into: folder))
    if dryRun {
      if json { write(files, of: snapshot) }
      return
    }

    let (updates, feed) = AsyncStream.makeStream(of: HubProgress.self, bufferingPolicy: .bufferingNewest(1))
    do {
      let pull = try await interruptible(interruption) {
        defer { feed.finish() }
        return try await client.pull(files, of: snapshot, into: folder) { feed.yield($0) }
      } whileRunning: {
        var rate = TransferRate()
        for await update in updates {
          rate.note(update.receivedBytes)
          progress.show(line(update, rate))
        }
        progress.end()
      }
      report(pull, of: snapshot)
    } catch let exit as ExitCode {
      Terminal.note("Stopped. What has arrived is kept in \(folder); run the same command again to go on.")
      throw exit
    }
  }

  /// What was given as an option, or else in the environment.
  private func given(_ option: String?, _ variable: String) -> String? {
    if let option { return option }
    let value = ProcessInfo.processInfo.environment[variable, default: ""]
    return value.isEmpty ? nil : value
  }

  /// Runs work that Ctrl-C cancels, and something beside it that ends when the work does.
  private func interruptible<Result: Sendable>(
    _ interruption: Interruption, _ work: sending @escaping () async throws -> Result,
    whileRunning: () async -> Void
  ) async throws -> Result {
    let task = Task { try await work() }
    let isRaised = interruption.isRaisedCheck
    let watcher = Task {
      while !isRaised() { try await Task.sleep(for: .milliseconds(50)) }
      task.cancel()
    }
    defer { watcher.cancel() }
    await whileRunning()
    do { return try await task.value } catch is CancellationError { throw Interruption.exitCode }
  }

  // MARK: - What a person sees

  private func plan(_ files: [HubFile], of snapshot: HubSnapshot, into folder: String) -> String {
    let shown = files.prefix(60).map { "\n  \($0.label)  \(bytes($0.byteCount))" }.joined()
    let rest = files.count > 60 ? "\n  and \(files.count - 60) more" : ""
    // The sum can overflow only as an integer.
    let sum = NumberText.bytes(files.reduce(0.0) { $0 + Double($1.byteCount) })
    return
      "\(snapshot.repository) at \(snapshot.revision) (\(snapshot.commit.prefix(8))): \(count(files)), \(sum), into "
      + "\(folder)\(shown)\(rest)"
  }

  /// The whole comes first: a narrow terminal cuts the end off.
  private func line(_ progress: HubProgress, _ rate: TransferRate) -> String {
    let file = progress.file
    var parts = ["\(bytes(progress.doneBytes)) of \(bytes(progress.totalBytes))"]
    if let speed = rate.bytesPerSecond, speed > 0 { parts.append(NumberText.bytes(speed) + "/s") }
    if let left = rate.timeLeft(for: progress.totalBytes - progress.doneBytes) { parts.append(time(left) + " left") }
    parts.append("\(progress.doneFiles) of \(progress.totalFiles) files")
    let ofFile = "\(bytes(progress.fileBytes)) of \(bytes(file.byteCount))"
    let ending =
      switch progress.activity {
      case .waiting(let delay, let reason):
        "\(file.label) again in \(Terminal.rounded(delay / .seconds(1))) s: \(reason)"
      case .checking: "\(file.label) checked \(ofFile)"
      case .receiving, .complete: "\(file.label) \(ofFile)"
      }
    return parts.joined(separator: ", ") + " | " + ending
  }

  private func report(_ pull: HubPull, of snapshot: HubSnapshot) {
    if !pull.stale.isEmpty {
      Terminal.note(
        "Note: \(pull.folder) also holds files of another commit: \(pull.stale.joined(separator: ", ")). Remove them "
          + "if they are not needed.")
    }
    if json { return write(pull, of: snapshot) }
    Terminal.write(
      "\(pull.folder): \(snapshot.repository) at \(snapshot.commit.prefix(8)), \(count(pull.fetched)) fetched, "
        + "\(pull.kept.count) there already, \(bytes(pull.receivedBytes)) received\n")
  }

  private func count(_ files: [HubFile]) -> String { files.count == 1 ? "1 file" : "\(files.count) files" }

  private func bytes(_ count: Int) -> String { NumberText.bytes(Double(count)) }

  private func time(_ duration: Duration) -> String {
    let seconds = Int(duration.components.seconds)
    if seconds >= 3600 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
    return seconds >= 60 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds) s"
  }

  // MARK: - JSON for programs

  private func write(_ files: [HubFile], of snapshot: HubSnapshot) {
    write([("files", list(files))], of: snapshot)
  }

  private func write(_ pull: HubPull, of snapshot: HubSnapshot) {
    write(
      [
        ("folder", .string(pull.folder)), ("fetched", list(pull.fetched)), ("kept", list(pull.kept)),
        ("stale", .array(pull.stale.map { .string($0) })), ("received_bytes", .integer(pull.receivedBytes)),
      ], of: snapshot)
  }

  private func write(_ members: [(String, JSONValue)], of snapshot: HubSnapshot) {
    let head: [(String, JSONValue)] = [
      ("repository", .string(snapshot.repository.description)), ("revision", .string(snapshot.revision)),
      ("commit", .string(snapshot.commit)),
    ]
    Terminal.write(JSONValue.object(JSONObject(head + members)).serialized(pretty: true) + "\n")
  }

  private func list(_ files: [HubFile]) -> JSONValue {
    .array(
      files.map { file in
        [
          "path": .string(file.path), "size": .integer(file.byteCount),
          "checksum": .string(file.checksum.description),
        ]
      })
  }
}
