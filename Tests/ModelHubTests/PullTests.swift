import Foundation
import JSONParsing
import ModelHub
import Synchronization
import Testing

/// A whole pull: list, choose, fetch, verify.
@Suite struct PullTests {
  private static let files: [String: [UInt8]] = [
    "config.json": Array("{}".utf8), "empty.json": [], "model.safetensors": noise(30_000),
    "README.md": Array("# A model".utf8), "onnx/model.safetensors": noise(10),
  ]

  @Test func fetchesWhatAModelIsLoadedFrom() async throws {
    let hub = try await TestHub(Self.files)
    let folder = try TemporaryFolder()
    let last = Mutex<HubProgress?>(nil)
    let pull = try await hub.pull(into: folder) { progress in last.withLock { $0 = progress } }

    #expect(folder.names == [".swiftlet-pull.json", "config.json", "empty.json", "model.safetensors"])
    for file in pull.fetched { #expect(folder.holds(Self.files[file.path], in: file.path)) }
    #expect(pull.fetched.count == 3 && pull.kept.isEmpty && pull.receivedBytes == 30_002)
    let end = try #require(last.withLock { $0 })
    #expect(end.doneBytes == 30_002 && end.totalBytes == 30_002 && end.doneFiles == 3 && end.totalFiles == 3)
    // An empty file needs no request.
    #expect(hub.server.requests(for: "empty.json").isEmpty)
  }

  @Test func completeFilesAreNotFetchedAgain() async throws {
    let hub = try await TestHub(Self.files)
    let folder = try TemporaryFolder()
    _ = try await hub.pull(into: folder)
    let again = try await hub.pull(into: folder)
    #expect(again.fetched.isEmpty && again.kept.count == 3 && again.receivedBytes == 0)
    #expect(hub.server.requests(for: "model.safetensors").count == 1)
    // A file of the right size with other content is fetched again.
    try folder.write(noise(30_000, seed: 2), to: "model.safetensors")
    #expect(try await hub.pull(into: folder).fetched.map(\.path) == ["model.safetensors"])
    #expect(folder.holds(Self.files["model.safetensors"], in: "model.safetensors"))
  }

  @Test func foldersOfTheRepositoryAreKept() async throws {
    let hub = try await TestHub(["a b/#1/ü.json": Array("[]".utf8)])
    let folder = try TemporaryFolder()
    _ = try await hub.pull(into: folder, include: ["**"])
    #expect(folder.content("a b/#1/ü.json") == Array("[]".utf8))
    #expect(hub.server.requests(for: "/a%20b/%231/%C3%BC.json").count == 1)
  }

  @Test func listsComeInPages() async throws {
    let hub = try await TestHub(["a.json": [1], "b.json": [2]]) { request in
      guard request.path.contains("/tree/") else { return nil }
      func page(_ path: String, _ content: UInt8) -> String {
        "[" + TestHub.entry(path, [content]).serialized() + "]"
      }
      guard request.path.contains("cursor") else {
        let link = "<http://x/?a,b>; rel=\"prev\", <\(request.path)&cursor=x%2C2>; rel=\"next\""
        return .text(page("a.json", 1), [("Link", link)])
      }
      return .text(page("b.json", 2))
    }
    let folder = try TemporaryFolder()
    #expect(try await hub.pull(into: folder).fetched.map(\.path) == ["a.json", "b.json"])
    #expect(hub.server.requests(for: "&cursor=x%2C2").count == 1)
  }

  @Test func filesOfAnotherCommitAreTold() async throws {
    let folder = try TemporaryFolder()
    let old = try await TestHub(["config.json": [1], "old.json": [2]])
    _ = try await old.pull(into: folder)
    let next = String(repeating: "d1", count: 20)
    let new = try await TestHub(["config.json": [3]]) { request in
      if request.path.contains("/revision/") { return .text(#"{"sha": "\#(next)"}"#) }
      if request.path.contains("/tree/") { return .text("[" + TestHub.entry("config.json", [3]).serialized() + "]") }
      return request.path.contains("/resolve/\(next)/") ? TestServer.Reply(body: [3]) : nil
    }
    let pull = try await new.pull(into: folder)
    #expect(pull.stale == ["old.json"] && folder.content("config.json") == [3])
  }
}
