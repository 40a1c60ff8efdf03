import Foundation
import ModelHub
import Testing

/// What may be in the folder that a repository is fetched into.
@Suite struct PullFolderTests {
  private func refusal(_ hub: TestHub, _ folder: TemporaryFolder) async -> HubError.Code? {
    await #expect(throws: HubError.self) { try await hub.pull(into: folder, include: ["**"]) }?.code
  }

  @Test func filesOfOthersAreNotWrittenOver() async throws {
    let hub = try await TestHub(["config.json": [1]])
    let folder = try TemporaryFolder()
    try folder.write([7], to: "thesis.txt")
    #expect(await refusal(hub, folder) == .folderInUse)
    #expect(folder.names == ["thesis.txt"])
  }

  @Test func anotherRepositoryIsNotWrittenOver() async throws {
    let hub = try await TestHub(["config.json": [1]])
    let folder = try TemporaryFolder()
    try folder.write(Array(#"{"repository": "someone/else", "files": []}"#.utf8), to: ".swiftlet-pull.json")
    #expect(await refusal(hub, folder) == .folderInUse)
    try folder.write(Array(#"{"repository": "Someone/Small-Model", "files": []}"#.utf8), to: ".swiftlet-pull.json")
    _ = try await hub.pull(into: folder)
    #expect(folder.content("config.json") == [1])
  }

  /// A link in the folder could lead anywhere; nothing is written through one.
  @Test(arguments: ["sub", "sub/config.json", "sub/config.json.part", "sub/config.json.part.json"])
  func linksAreNotFollowed(link: String) async throws {
    let hub = try await TestHub(["sub/config.json": [1]])
    let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write(Array(#"{"repository": "\#(TestHub.repository)", "files": []}"#.utf8), to: ".swiftlet-pull.json")
    if link != "sub" {
      try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: false)
      try elsewhere.write([7], to: "target")
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/" + link, withDestinationPath: elsewhere.path + (link == "sub" ? "" : "/target"))
    let code = await refusal(hub, folder)
    #expect(code == .folderInUse || code == .fileFailed)
    #expect(elsewhere.names.allSatisfy { $0 == "target" } && elsewhere.content("target") ?? [7] == [7])
  }

  @Test func oneProcessAtATimeFetchesAFile() async throws {
    let hub = try await TestHub(["sub/config.json": [1]])
    let folder = try TemporaryFolder()
    try folder.write(Array(#"{"repository": "\#(TestHub.repository)", "files": []}"#.utf8), to: ".swiftlet-pull.json")
    try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: false)
    do {
      let part = try PartFile(of: folder.path + "/sub/config.json")
      #expect(await refusal(hub, folder) == .folderInUse)
      withExtendedLifetime(part) {}
    }
    _ = try await hub.pull(into: folder, include: ["**"])
    #expect(folder.content("sub/config.json") == [1])
  }
}
