import Crypto
import Foundation
import JSONParsing
import ModelHub

/// A hub with one repository, which a test may break where it likes.
struct TestHub {
  static let repository = "someone/small-model"
  static let commit = String(repeating: "c0", count: 20)

  let server: TestServer

  /// - Parameters:
  ///   - files: The files by their paths; those whose names end with `.safetensors` or `.gguf` are large ones.
  ///   - answer: What to answer instead of what a hub would; nil leaves it to the hub.
  init(
    _ files: [String: [UInt8]], answer: @escaping @Sendable (TestServer.Request) -> TestServer.Reply? = { _ in nil }
  ) async throws {
    try await self.init(listing: files.map { Self.entry($0, $1) }, files: files, answer: answer)
  }

  /// A hub whose list is the test's.
  init(
    listing: [JSONValue], files: [String: [UInt8]] = [:],
    answer: @escaping @Sendable (TestServer.Request) -> TestServer.Reply? = { _ in nil }
  ) async throws {
    let list = JSONValue.array(listing).serialized()
    server = try await TestServer { request in
      if let reply = answer(request) { return reply }
      if request.path.hasPrefix("/api/models/\(Self.repository)/revision/main") {
        return .text(#"{"id": "\#(Self.repository)", "sha": "\#(Self.commit)"}"#)
      }
      if request.path.hasPrefix("/api/models/\(Self.repository)/tree/\(Self.commit)") { return .text(list) }
      let prefix = "/\(Self.repository)/resolve/\(Self.commit)/"
      guard request.path.hasPrefix(prefix),
        let content = files[request.path.dropFirst(prefix.count).removingPercentEncoding ?? ""]
      else { return .text(#"{"error": "Entry not found"}"#, status: 404) }
      return Self.serve(content, request, entityTag: "\"first\"")
    }
  }

  /// A file as a web server sends it, or the rest of it.
  static func serve(_ content: [UInt8], _ request: TestServer.Request, entityTag: String) -> TestServer.Reply {
    let tag = ("ETag", entityTag)
    guard let range = request.header("Range"), let start = Int(range.dropFirst("bytes=".count).dropLast()),
      request.header("If-Range").map({ $0 == entityTag }) ?? true
    else { return TestServer.Reply(headers: [tag], body: content) }
    return TestServer.Reply(
      status: 206, headers: [tag, ("Content-Range", "bytes \(start)-\(content.count - 1)/\(content.count)")],
      body: Array(content[start...]))
  }

  /// A file as the list describes it.
  static func entry(_ path: String, _ content: [UInt8], size: JSONValue? = nil) -> JSONValue {
    let size = size ?? .integer(content.count)
    guard path.hasSuffix(".safetensors") || path.hasSuffix(".gguf") else {
      let digest = Insecure.SHA1.hash(data: Array("blob \(content.count)\0".utf8) + content)
      return ["type": "file", "path": .string(path), "size": size, "oid": .string(hexadecimal(digest))]
    }
    let digest = hexadecimal(SHA256.hash(data: content))
    let pointer = String(repeating: "0", count: 40)
    return [
      "type": "file", "path": .string(path), "size": size, "oid": .string(pointer),
      "lfs": ["oid": .string(digest), "size": size, "pointerSize": 134],
    ]
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { String(format: "%02x", $0) }.joined()
  }

  /// A client of this hub, which does not wait long.
  func client(token: String? = nil, attempts: Int = 3, stallTimeout: Duration = .seconds(5)) throws -> HubClient {
    var client = try HubClient(endpoint: HubEndpoint(server.address), token: token)
    client.retryPolicy = HubRetryPolicy(
      attempts: attempts, firstDelay: .milliseconds(1), longestDelay: .milliseconds(5), longestRetryAfter: .seconds(1))
    client.stallTimeout = stallTimeout
    return client
  }

  /// Lists, selects and fetches.
  func pull(
    into folder: TemporaryFolder, include: [String] = [], client: HubClient? = nil,
    progress: @escaping @Sendable (HubProgress) -> Void = { _ in }
  ) async throws -> HubPull {
    let client = try client ?? self.client()
    let snapshot = try await client.snapshot(of: HubRepository(Self.repository))
    let files = try FileSelection(include: include.map { try GlobPattern($0) }).files(of: snapshot)
    return try await client.pull(files, of: snapshot, into: folder.path, progress: progress)
  }
}

/// Bytes that look like nothing in particular, the same each time.
func noise(_ count: Int, seed: UInt32 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}

/// A folder that is removed when nothing uses it any more.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/swiftlet-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in it, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
  func content(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path + "/" + name).map { [UInt8]($0) }
  }
  /// Whether a file holds this; for long content, which a failed comparison would print.
  func holds(_ content: [UInt8]?, in name: String) -> Bool { self.content(name) == content }
  func write(_ content: [UInt8], to name: String) throws {
    try Data(content).write(to: URL(filePath: path + "/" + name))
  }
}
