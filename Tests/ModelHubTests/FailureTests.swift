import Foundation
import ModelHub
import Testing

/// Servers that say no, and servers that are busy.
@Suite struct FailureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let status: Int
    var headers: [(String, String)] = []
    var token: String?
    var body = ""
    let code: HubError.Code
    let hint: String
    var testDescription: String { "\(status) \(hint)" }
  }

  private static let cases = [
    Case(status: 401, code: .accessDenied, hint: "HF_TOKEN"),
    Case(status: 401, token: "hf_x", code: .accessDenied, hint: "The token does not open"),
    Case(status: 403, headers: [("X-Error-Code", "GatedRepo")], token: "hf_x", code: .accessDenied, hint: "is gated"),
    Case(status: 404, code: .notFound, hint: "no repository"),
    Case(status: 404, headers: [("X-Error-Code", "RevisionNotFound")], code: .notFound, hint: "no revision 'main'"),
    Case(status: 418, code: .serverFailed, hint: "status 418"),
    Case(status: 429, headers: [("Retry-After", "3600")], code: .rateLimited, hint: "in 3600 seconds"),
    Case(status: 503, body: #"{"error": "\u001b[31mbusy."}"#, code: .serverFailed, hint: "?[31mbusy. Try"),
  ]

  @Test(arguments: cases) func anAnswerThatSaysNoIsExplained(_ example: Case) async throws {
    let hub = try await TestHub([:]) { _ in .text(example.body, status: example.status, example.headers) }
    let client = try hub.client(token: example.token)
    let error = await #expect(throws: HubError.self) {
      try await client.snapshot(of: HubRepository(TestHub.repository))
    }
    #expect(error?.code == example.code)
    #expect(error?.message.contains(example.hint) == true, "\(error?.message ?? "")")
    // What will not change is asked once; a server that is busy, as often as the policy says.
    #expect(hub.server.requests.count == (example.status == 503 ? 3 : 1))
  }

  @Test(arguments: [429, 500, 503]) func aBusyServerIsAskedAgain(status: Int) async throws {
    let hub = try await TestHub(["config.json": [1], "model.safetensors": noise(100)]) { request in
      request.earlier < 2 ? TestServer.Reply(status: status, headers: [("Retry-After", "0")]) : nil
    }
    let folder = try TemporaryFolder()
    _ = try await hub.pull(into: folder)
    #expect(folder.content("config.json") == [1])
    #expect(hub.server.requests(for: "config.json").count == 3)
  }

  @Test func aGatedFileIsExplained() async throws {
    let hub = try await TestHub(["config.json": [1]]) { request in
      guard request.path.contains("/resolve/") else { return nil }
      return .text("", status: 401, [("X-Error-Code", "GatedRepo")])
    }
    let folder = try TemporaryFolder()
    let error = await #expect(throws: HubError.self) { try await hub.pull(into: folder) }
    #expect(error?.code == .accessDenied)
    #expect(error?.message.contains("\(hub.server.address)/\(TestHub.repository)") == true)
  }

  @Test func nobodyAnswers() async throws {
    // A port that somebody had a moment ago.
    let hub = try await TestHub([:])
    let client = try hub.client(attempts: 1)
    try await hub.server.close()
    let error = await #expect(throws: HubError.self) {
      try await client.snapshot(of: HubRepository(TestHub.repository))
    }
    #expect(error?.code == .connectionFailed)
  }

  @Test func aPauseIsSecondsOrADate() throws {
    let now = Date(timeIntervalSince1970: 784_111_770)
    func pause(_ text: String) -> Duration? { RetryAfter.pause(text, now: now) }
    #expect(pause("12") == .seconds(12))
    #expect(pause("Sun, 06 Nov 1994 08:49:37 GMT") == .seconds(7))
    #expect(pause("Sun, 06 Nov 1994 08:49:00 GMT") == .zero)
    for text in ["-1", "soon", "", "1e9"] { #expect(pause(text) == nil) }
  }

  @Test func pausesGrowToALimit() throws {
    var patience = Patience(
      HubRetryPolicy(attempts: 5, firstDelay: .seconds(1), longestDelay: .seconds(3), longestRetryAfter: .seconds(9)))
    let failure = TransientFailure(error: HubError(.serverFailed, "busy"))
    for longest in [1.0, 2, 3, 3] {
      let delay = try patience.delay(after: failure) / .seconds(1)
      #expect(delay <= longest && delay >= longest / 2)
    }
    #expect(throws: HubError.self) { try patience.delay(after: failure) }
  }

  @Test func theRateFollowsWhatArrives() throws {
    var rate = TransferRate()
    let start = ContinuousClock.now
    #expect(rate.bytesPerSecond == nil && rate.timeLeft(for: 10) == nil)
    for second in 0...60 { rate.note(second < 30 ? 0 : (second - 30) * 1000, at: start + .seconds(second)) }
    let speed = try #require(rate.bytesPerSecond)
    #expect(abs(speed - 1000) < 1)
    #expect(rate.timeLeft(for: 5000).map { abs($0 / .seconds(1) - 5) < 0.1 } == true)
  }
}
