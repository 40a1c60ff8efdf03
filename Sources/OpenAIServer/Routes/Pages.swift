#if Server
  import Foundation
  import HTTPTypes
  import Hummingbird
  import TextGeneration

  /// The chat page and the server's page, and the description of the API: files that come with the program, read once.
  enum Pages {
    private static let types = [
      "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
      "svg": "image/svg+xml", "json": "application/json; charset=utf-8",
    ]

    /// What a page may do: nothing that is not part of it.
    private static let policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static let resources = ResourceBundle(target: "OpenAIServer")
    private static let pages = files("Page", containing: "index.html")
    private static let descriptions = files("Description", containing: "openapi.json")

    private static func files(_ folder: String, containing file: String) -> [String: Data] {
      guard let path = resources.path(of: folder, containing: file),
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
      else { return [:] }
      return names.reduce(into: [:]) { $0[$1] = FileManager.default.contents(atPath: "\(path)/\($1)") }
    }

    /// A file of the pages.
    static func response(_ name: String) throws(APIError) -> Response {
      guard let contents = pages[name] else {
        let hint = pages.isEmpty ? "keep \(resources.name) in \(resources.expectedPlace)." : "see / for the chat page."
        throw .notFound("there is no page '\(name.prefix(100))' here; \(hint)")
      }
      var response = file(name, contents)
      response.headers[.contentSecurityPolicy] = policy
      if let name = HTTPField.Name("referrer-policy") { response.headers[name] = "no-referrer" }
      return response
    }

    /// The OpenAPI description of the server.
    static func description() throws(APIError) -> Response {
      guard let contents = descriptions["openapi.json"] else {
        throw .notFound("the description is not there; keep \(resources.name) in \(resources.expectedPlace).")
      }
      return file("openapi.json", contents)
    }

    private static func file(_ name: String, _ contents: Data) -> Response {
      var headers = HTTPFields()
      headers[.contentType] = types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
      headers[.cacheControl] = "no-cache"
      return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: contents)))
    }
  }
#endif
