import Foundation
import ModelHub
import Testing

/// Downloads that end early, and go on.
@Suite struct ResumeTests {
  private static let content = noise(20_000)

  /// A hub whose first answer with the model stalls.
  private func cutHub() async throws -> TestHub {
    try await TestHub(["model.safetensors": Self.content]) { request in
      guard request.path.hasSuffix("model.safetensors"), request.earlier == 0 else { return nil }
      return TestServer.Reply(headers: [("ETag", "\"first\"")], body: Self.content, stallAfter: 12_000)
    }
  }

  /// Pulls, and hangs up when so much has arrived.
  private func interruptedPull(
    from hub: TestHub, into folder: TemporaryFolder, hangingUpAfter count: Int, attempts: Int = 3
  ) async throws -> HubPull {
    try await hub.pull(into: folder, client: hub.client(attempts: attempts)) { progress in
      if progress.activity == .receiving, progress.fileBytes == count { hub.server.hangUp() }
    }
  }

  @Test func aLostConnectionGoesOnWhereItEnded() async throws {
    let hub = try await cutHub()
    let folder = try TemporaryFolder()
    let pull = try await interruptedPull(from: hub, into: folder, hangingUpAfter: 12_000)
    #expect(folder.holds(Self.content, in: "model.safetensors"))
    let requests = hub.server.requests(for: "model.safetensors")
    #expect(requests.map { $0.header("Range") } == [nil, "bytes=12000-"])
    #expect(requests.last?.header("If-Range") == "\"first\"")
    #expect(pull.receivedBytes == 20_000)
  }

  @Test func anotherRunGoesOnWhereTheFirstEnded() async throws {
    let hub = try await cutHub()
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) {
      try await interruptedPull(from: hub, into: folder, hangingUpAfter: 12_000, attempts: 1)
    }
    #expect(error?.code == .connectionFailed)
    #expect(folder.names == [".swiftlet-pull.json", "model.safetensors.part", "model.safetensors.part.json"])
    #expect(folder.content("model.safetensors.part")?.count == 12_000)
    let pull = try await hub.pull(into: folder)
    #expect(pull.receivedBytes == 8_000 && folder.holds(Self.content, in: "model.safetensors"))
    #expect(folder.names == [".swiftlet-pull.json", "model.safetensors"])
  }

  /// Whether or not the server knows `If-Range`, parts of two versions are not put together.
  @Test(arguments: [true, false]) func aChangedFileStartsOver(serverKnowsIfRange: Bool) async throws {
    let content = Self.content
    let hub = try await TestHub(["model.safetensors": content]) { request in
      guard request.path.hasSuffix("model.safetensors") else { return nil }
      if request.earlier == 0 {
        return TestServer.Reply(headers: [("ETag", "\"old\"")], body: noise(20_000, seed: 7), stallAfter: 5_000)
      }
      if serverKnowsIfRange || request.header("Range") == nil {
        return TestHub.serve(content, request, entityTag: "\"new\"")
      }
      return TestServer.Reply(
        status: 206, headers: [("ETag", "\"new\""), ("Content-Range", "bytes 5000-19999/20000")],
        body: Array(content[5_000...]))
    }
    let folder = try TemporaryFolder()
    _ = try await interruptedPull(from: hub, into: folder, hangingUpAfter: 5_000)
    #expect(folder.holds(content, in: "model.safetensors"))
    let ranges = hub.server.requests(for: "model.safetensors").map { $0.header("Range") }
    #expect(ranges == [nil, "bytes=5000-"] + (serverKnowsIfRange ? [] : [nil]))
  }

  @Test func aPartOfOtherContentStartsOver() async throws {
    let folder = try TemporaryFolder()
    let old = noise(20_000, seed: 3)
    let before = try await TestHub(["model.safetensors": old]) { request in
      request.path.hasSuffix("model.safetensors") ? TestServer.Reply(body: old, stallAfter: 1000) : nil
    }
    await #expect(throws: HubError.self) {
      try await interruptedPull(from: before, into: folder, hangingUpAfter: 1000, attempts: 1)
    }
    let hub = try await TestHub(["model.safetensors": Self.content])
    _ = try await hub.pull(into: folder)
    #expect(hub.server.requests(for: "model.safetensors").map { $0.header("Range") } == [nil])
    #expect(folder.holds(Self.content, in: "model.safetensors"))
  }

  @Test func aDamagedPartIsFetchedAnew() async throws {
    let hub = try await cutHub()
    let folder = try TemporaryFolder()
    await #expect(throws: HubError.self) {
      try await interruptedPull(from: hub, into: folder, hangingUpAfter: 12_000, attempts: 1)
    }
    var part = try #require(folder.content("model.safetensors.part"))
    part[500] ^= 1
    try folder.write(part, to: "model.safetensors.part")
    _ = try await hub.pull(into: folder)
    #expect(folder.holds(Self.content, in: "model.safetensors"))
  }

  @Test(.timeLimit(.minutes(1))) func aCancelledPullKeepsWhatArrived() async throws {
    let hub = try await TestHub(["model.safetensors": Self.content]) { request in
      guard request.path.hasSuffix("model.safetensors"), request.earlier == 0 else { return nil }
      return TestServer.Reply(headers: [("ETag", "\"first\"")], body: Self.content, stallAfter: 7_000)
    }
    let folder = try TemporaryFolder()
    let (arrived, feed) = AsyncStream.makeStream(of: Int.self)
    let pull = Task { try await hub.pull(into: folder) { feed.yield($0.fileBytes) } }
    for await bytes in arrived where bytes == 7_000 { break }
    pull.cancel()
    await #expect(throws: CancellationError.self) { try await pull.value }
    #expect(folder.holds(Array(Self.content.prefix(7_000)), in: "model.safetensors.part"))
    #expect(try await hub.pull(into: folder).receivedBytes == 13_000)
  }

  @Test func aSilentServerIsGivenUp() async throws {
    let hub = try await TestHub(["model.safetensors": Self.content]) { request in
      guard request.path.hasSuffix("model.safetensors") else { return nil }
      return TestServer.Reply(body: Self.content, stallAfter: 10)
    }
    let client = try hub.client(attempts: 1, stallTimeout: .milliseconds(200))
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder, client: client) }
    #expect(error?.code == .connectionFailed)
  }
}
