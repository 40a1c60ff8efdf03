#if Server
  import Foundation
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  import JSONParsing
  import Logging
  import NIOCore
  import OpenAIServer
  import Testing
  import TextGeneration

  /// A running server with the built-in models, and a client of it.
  struct Server {
    private let client: any TestClientProtocol

    /// Runs a server for as long as `body` does.
    static func run(
      _ options: ServerOptions = ServerOptions(), models: [ModelDescription]? = nil,
      limits: SchedulerLimits = SchedulerLimits(cacheBytes: 64 << 20), modelBytes: Int? = nil,
      _ body: @escaping @Sendable (Server) async throws -> Void
    ) async throws {
      var options = options
      options.port = 0
      let library = try ModelLibrary(
        models ?? BuiltInModel.allCases.map { try ModelDescription($0.name) },
        options: .init(memoryBytes: modelBytes, limits: limits))
      var logger = Logger(label: "tests")
      logger.logLevel = .critical
      try await ModelServer(library, options: options, logger: logger).application().test(.live) { client in
        try await body(Server(client: client))
      }
    }

    func delete(_ path: String) async throws -> Answer { try await send(path, .delete, [:], nil) }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
      try await send(path, .get, headers, nil)
    }

    func post(_ path: String, _ body: JSONValue, headers: [String: String] = [:]) async throws -> Answer {
      try await post(path, text: body.serialized(pretty: false), headers: headers)
    }

    func post(_ path: String, text: String, headers: [String: String] = [:]) async throws -> Answer {
      try await send(path, .post, headers, ByteBuffer(string: text))
    }

    private func send(
      _ path: String, _ method: HTTPRequest.Method, _ headers: [String: String], _ body: ByteBuffer?
    ) async throws -> Answer {
      var fields = HTTPFields()
      for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
      return try await client.execute(uri: path, method: method, headers: fields, body: body) { response in
        Answer(
          status: Int(response.status.code), headers: response.headers, text: String(buffer: response.body))
      }
    }
  }

  /// The built-in LLaMA with a longer context, which rotary positions have at no cost.
  /// - Parameter folder: Where it is put.
  func patientModel(in folder: URL) throws -> ModelDescription {
    let source = URL(fileURLWithPath: try BuiltInModel.llama.folder())
    try FileManager.default.copyItem(at: source, to: folder)
    let file = folder.appendingPathComponent("config.json")
    var shape = try JSONValue(parsing: Array(Data(contentsOf: file))).object ?? [:]
    shape["max_position_embeddings"] = 2048
    try Data(JSONValue.object(shape).serialized(pretty: false).utf8).write(to: file)
    return try ModelDescription(folder.path, id: "patient")
  }

  /// What a server answered.
  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The whole body as JSON.
    var json: JSONValue {
      get throws { try JSONValue(parsing: text) }
    }

    /// The events of a stream, without the end mark.
    var events: [JSONValue] {
      get throws {
        try text.split(separator: "\n").filter { $0.hasPrefix("data: ") && $0 != "data: [DONE]" }
          .map { try JSONValue(parsing: String($0.dropFirst(6))) }
      }
    }
  }

  extension JSONValue {
    /// A member of members: `value["choices", 0, "text"]`.
    subscript(path: any Sendable...) -> JSONValue? {
      path.reduce(self) { value, step in
        if let key = step as? String { return value?[key] }
        guard let index = step as? Int, let array = value?.array, array.indices.contains(index) else { return nil }
        return array[index]
      }
    }
  }
#endif
