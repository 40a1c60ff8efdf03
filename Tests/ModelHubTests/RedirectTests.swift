import Foundation
import ModelHub
import Testing

/// Where answers may lead on, and who sees the token.
@Suite struct RedirectTests {
  @Test func theTokenStaysWithTheHub() async throws {
    let content = noise(1000)
    let elsewhere = try await TestServer { TestHub.serve(content, $0, entityTag: "\"x\"") }
    let target = elsewhere.address + "/blob?signature=1"
    // From the hub to itself the token goes along; from there to another server it does not.
    let hub = try await TestHub(["model.safetensors": content]) { request in
      if request.path == "/moved" { return .redirect(to: target) }
      return request.path.contains("/resolve/") ? .redirect(to: "/moved") : nil
    }
    let folder = try TemporaryFolder()
    _ = try await hub.pull(into: folder, client: hub.client(token: "hf_secret"))
    #expect(folder.holds(content, in: "model.safetensors"))
    #expect(hub.server.requests.count == 4)
    #expect(hub.server.requests.allSatisfy { $0.header("Authorization") == "Bearer hf_secret" })
    #expect(elsewhere.requests.count == 1)
    #expect(elsewhere.requests.allSatisfy { $0.header("Authorization") == nil })
  }

  @Test func endlessRedirectsEnd() async throws {
    let hub = try await TestHub(["config.json": [1]]) { request in
      request.path.contains("/resolve/") || request.path.hasPrefix("/again")
        ? .redirect(to: "/again\(request.path.count)") : nil
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .unsafeRedirect)
    #expect(hub.server.requests.count < 20)
  }

  @Test(arguments: [
    "http://example.org/x", "file:///etc/passwd", "ftp://example.org/x", "https://user:word@example.org/x",
    "https:///x", "javascript:1",
  ])
  func encryptedAddressesLeadOnlyToSuch(target: String) throws {
    let url = try #require(URL(string: "https://hub.example/a/b"))
    let origin = try #require(Origin(url))
    let error = #expect(throws: HubError.self) { try origin.follow(target, from: url) }
    #expect(error?.code == .unsafeRedirect)
  }

  @Test func addressesMayBeRelative() throws {
    let url = try #require(URL(string: "https://hub.example/a/b?c"))
    let origin = try #require(Origin(url))
    #expect(try origin.follow("/x?y", from: url).absoluteString == "https://hub.example/x?y")
    #expect(try origin.follow("//cdn.example/x", from: url).absoluteString == "https://cdn.example/x")
    #expect(try origin.follow("https://cdn.example/x", from: url).absoluteString == "https://cdn.example/x")
  }

  @Test func aTokenIsNotSentUnencrypted() throws {
    let error = #expect(throws: HubError.self) {
      try HubClient(endpoint: HubEndpoint("http://hub.example"), token: "hf_secret")
    }
    #expect(error?.code == .invalidOption)
    #expect(error?.message.contains("hf_secret") == false)
    #expect(throws: HubError.self) { try HubClient(token: "two\r\nlines") }
  }

  @Test(arguments: ["hub.example", "ftp://hub.example", "https://", "https://a:b@hub.example", "https://hub/?x", ""])
  func otherThingsAreNoEndpoint(text: String) { #expect(throws: HubError.self) { try HubEndpoint(text) } }
}
