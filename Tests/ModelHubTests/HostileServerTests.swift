import Foundation
import JSONParsing
import ModelHub
import Testing

/// Servers and repositories that mean harm.
@Suite struct HostileServerTests {
  @Test(arguments: [
    "../evil.json", "/evil.json", "a/../../evil.json", "./evil.json", "a//evil.json", "a\\..\\evil.json", "a\0.json",
    "", "..", ".git/hooks/post-checkout.json", "a/", "\u{1B}[2J.json", String(repeating: "a", count: 250) + ".json",
    String(repeating: "a/", count: 600) + "b.json",
  ])
  func pathsThatLeadOutAreRefused(path: String) async throws {
    let hub = try await TestHub(listing: [TestHub.entry("config.json", [1]), TestHub.entry(path, [2])])
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder, include: ["**"]) }
    #expect(error?.code == .unsafePath)
    #expect(error?.message.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [".swiftlet-pull.json", "model.safetensors.part", "Config.json", "x.part.json"])
  func namesThatWouldCollideAreRefused(path: String) async throws {
    let hub = try await TestHub(["config.json": [1], path: [2]])
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder, include: ["**"]) }
    #expect(error?.code == .unsafePath)
    #expect(folder.names.isEmpty)
  }

  @Test func aFileListedTwiceIsRefused() async throws {
    let hub = try await TestHub(listing: [TestHub.entry("a.json", [1]), TestHub.entry("a.json", [2])])
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .malformedAnswer)
  }

  @Test(arguments: [JSONValue.integer(-1), .number(1e300), .number(1.5), .string("12"), .null])
  func sizesThatAreNoneAreRefused(size: JSONValue) async throws {
    let hub = try await TestHub(listing: [TestHub.entry("model.safetensors", [1], size: size)])
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .malformedAnswer)
  }

  @Test func sizesThatNoDiskHoldsAreRefused() async throws {
    let huge = JSONValue.integer(.max)
    let one = try await TestHub(listing: [TestHub.entry("model.safetensors", [1], size: huge)])
    let two = try await TestHub(listing: ["a.json", "b.json"].map { TestHub.entry($0, [1], size: huge) })
    let folder = try TemporaryFolder()
    let tooLarge = await #expect(throws: HubError.self) { try await one.pull(into: folder) }
    #expect(tooLarge?.code == .noSpace)
    let overflowing = await #expect(throws: HubError.self) { try await two.pull(into: folder) }
    #expect(overflowing?.code == .malformedAnswer)
    #expect(folder.names.isEmpty)
  }

  /// A body longer than the list says is cut off, whether its length is announced or not.
  @Test(arguments: [true, false]) func longBodiesAreCutOff(isChunked: Bool) async throws {
    let hub = try await TestHub(["config.json": noise(100)]) { request in
      guard request.path.contains("/resolve/") else { return nil }
      return TestServer.Reply(body: noise(100_000), isChunked: isChunked)
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .sizeMismatch)
    #expect(!folder.names.contains("config.json") && folder.content("config.json.part")?.isEmpty != false)
  }

  @Test func shortBodiesAreNoFile() async throws {
    let hub = try await TestHub(["config.json": noise(100)]) { request in
      guard request.path.contains("/resolve/") else { return nil }
      return TestServer.Reply(body: noise(request.header("Range") == nil ? 40 : 0), isChunked: true)
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .serverFailed || error?.code == .connectionFailed)
    #expect(!folder.names.contains("config.json"))
  }

  @Test(arguments: ["config.json", "model.safetensors"]) func otherContentIsRefused(name: String) async throws {
    let hub = try await TestHub([name: noise(100)]) { request in
      request.path.contains("/resolve/") ? TestServer.Reply(body: noise(100, seed: 9)) : nil
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .checksumMismatch)
    #expect(folder.names == [".swiftlet-pull.json"])
  }

  @Test func answersThatAreNoListAreRefused() async throws {
    let wrong: [TestServer.Reply] = [
      .text("<html>"), .text("{}"), .text("[{\"type\": \"file\"}]"), .text(String(repeating: "[", count: 100_000)),
      .text("[{\"type\": \"file\", \"path\": \"a\", \"size\": 1, \"oid\": \"xyz\"}]"),
      TestServer.Reply(headers: [("Content-Length", "99999999")], body: [0x5B], stallAfter: 1),
    ]
    for reply in wrong {
      let hub = try await TestHub([:]) { $0.path.contains("/tree/") ? reply : nil }
      let folder = try TemporaryFolder()
      let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
      #expect(error?.code == .malformedAnswer)
    }
  }

  /// Lists that lead back to themselves, and lists of nothing.
  @Test(arguments: [true, false]) func aListWithoutEndIsRefused(isCircle: Bool) async throws {
    let hub = try await TestHub([:]) { request in
      guard request.path.contains("/tree/") else { return nil }
      let list = isCircle ? "[" + TestHub.entry("a.json", [1]).serialized() + "]" : "[]"
      return .text(list, [("Link", "<\(request.path)\(isCircle ? "" : "&more")>; rel=next")])
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .malformedAnswer)
    #expect(hub.server.requests.count <= 3)
  }

  @Test func aCommitThatIsNoneIsRefused() async throws {
    let hub = try await TestHub([:]) { _ in .text(#"{"sha": "../../x"}"#) }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .malformedAnswer)
  }
}
