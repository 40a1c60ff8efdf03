#if Server
  import ArgumentParser
  import Foundation
  import Logging
  import OpenAIServer
  import Swiftlet

  /// `swiftlet serve`: the OpenAI-compatible server and the chat page.
  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve models over HTTP, in OpenAI's API, with a page to chat on.",
      discussion: """
        Without --model, the built-in GPT and LLaMA are served side by side. A model is loaded when it is first asked for. \
        Clients use http://HOST:PORT/v1 as their base URL; the page is at http://HOST:PORT/, the server's state at /status, \
        metrics for Prometheus at /metrics, the API's description at /openapi.json. Ctrl-C ends what is in work, then the \
        server.

        Example:
          swiftlet serve --model Llama-3.2-1B-Instruct --model small=llama-small.gguf --api-key-file keys.txt
        """)

    @Option(
      name: [.long, .short],
      help: ArgumentHelp(
        "A model, a built-in one (\(builtInNames)), or a folder of models; NAME=PATH gives it a name. Repeatable.",
        valueName: "path"))
    var model: [String] = []

    @OptionGroup var tokenizerOptions: TokenizerOption
    @OptionGroup(title: "Network") var network: ServeNetworkFlags
    @OptionGroup(title: "Work") var work: ServeWorkFlags
    @OptionGroup(title: "Cache") var cache: CacheFlags
    @OptionGroup var threadOption: ThreadOption
    @OptionGroup var diagnostics: DiagnosticOptions

    func run() async throws {
      threadOption.apply()
      var logger = Logger(label: "swiftlet", factory: { StreamLogHandler.standardError(label: $0) })
      logger.logLevel = diagnostics.verbose || network.logPrompts ? .info : .warning
      let library = try ModelLibrary(
        descriptions(), options: work.libraryOptions(cacheTypes: cache.types), logger: logger)
      var options = try network.options()
      work.apply(to: &options)
      let shown = options
      if options.apiKeys.isEmpty, !network.isLocal {
        Terminal.note(
          "warning: anybody who reaches \(options.host) may use this server; give --api-key to ask for a key.")
      }
      if !work.lazy, let first = library.descriptions.first { try await library.load(first.id) }
      try await ModelServer(library, options: options, logger: logger).run { port in
        let scheme = shown.certificatePath == nil ? "http" : "https"
        let host = shown.host.contains(":") ? "[\(shown.host)]" : shown.host
        let names = library.descriptions.map(\.id).joined(separator: ", ")
        Terminal.note("serving \(names)")
        Terminal.note("chat at \(scheme)://\(host):\(port)/, API at \(scheme)://\(host):\(port)/v1. Ctrl-C ends.")
      }
    }

    private func descriptions() throws -> [ModelDescription] {
      let paths = model.isEmpty ? BuiltInModel.allCases.map(\.name) : model
      return try paths.flatMap { path -> [ModelDescription] in
        let parts = path.split(separator: "=", maxSplits: 1).map(String.init)
        // A path may hold the sign too.
        if parts.count == 2, !FileManager.default.fileExists(atPath: path) {
          return [try ModelDescription(parts[1], id: parts[0], tokenizerPath: tokenizerOptions.tokenizer)]
        }
        return try ModelDescription.models(at: path, tokenizerPath: tokenizerOptions.tokenizer)
      }
    }
  }
#endif
