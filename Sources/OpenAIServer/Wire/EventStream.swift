#if Server
  import HTTPTypes
  import Hummingbird
  import JSONParsing
  import NIOCore

  /// A response that grows: server-sent events.
  struct EventWriter {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// `data: {…}`, after `event: name` where the value has a `type`.
    mutating func send(_ value: JSONValue) async throws {
      var text = ""
      if let type = value["type"]?.string { text = "event: \(type)\n" }
      text += "data: \(value.serialized(pretty: false))\n\n"
      try await writer.write(ByteBuffer(string: text))
    }

    /// `data: [DONE]`: how OpenAI's streams end.
    mutating func sendDone() async throws { try await writer.write(ByteBuffer(string: "data: [DONE]\n\n")) }

    /// A comment, which clients pass over: it keeps proxies and time limits content while a prompt is read.
    mutating func sendComment(_ text: String) async throws {
      try await writer.write(ByteBuffer(string: ": \(text)\n\n"))
    }

    consuming func finish() async throws { try await writer.finish(nil) }
  }

  extension Response {
    /// A stream of events.
    /// - Parameter body: Writes them. An error that it throws becomes the last event.
    static func events(_ body: @escaping @Sendable (inout EventWriter) async throws -> Void) -> Response {
      var headers = HTTPFields()
      headers[.contentType] = "text/event-stream; charset=utf-8"
      headers[.cacheControl] = "no-cache"
      if let name = HTTPField.Name("x-accel-buffering") { headers[name] = "no" }
      return Response(
        status: .ok, headers: headers,
        body: .init { writer in
          var events = EventWriter(writer)
          try await body(&events)
          try await events.finish()
        })
    }
  }
#endif
