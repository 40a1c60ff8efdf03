import AsyncHTTPClient
import Foundation
import JSONParsing
import NIOCore
import NIOHTTP1

extension HubClient {
  /// A page of a list is far smaller; a server must not fill the memory.
  private static let largestPage = 1 << 25
  private static let maximumFileCount = 200_000
  private static let maximumPageCount = 2_000

  /// Which files a revision of a repository holds. Nothing is downloaded but the list.
  /// - Parameters:
  ///   - repository: Whose files to list.
  ///   - revision: A branch, a tag or a commit.
  /// - Throws: `HubError`, `CancellationError`.
  public func snapshot(of repository: HubRepository, revision: String = "main") async throws -> HubSnapshot {
    guard !revision.isEmpty, revision.utf8.count <= 256, revision.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw HubError(
        .invalidOption, "'\(excerpt(revision))' is no revision; give a branch, a tag or a commit, for example main.")
    }
    return try await withConnection { connection in
      let subject = HubConnection.Subject.revision(repository, revision)
      let about = try await json(endpoint.revisionURL(repository, revision), over: connection, subject)
      let commit = try HubSnapshot.commit(in: about.value)
      var files: [HubFile] = []
      var next: URL? = try endpoint.listURL(repository, commit: commit)
      var seen: Set<URL> = []
      while let url = next {
        let page = try await json(url, over: connection, subject)
        files += try HubSnapshot.files(in: page.value)
        next = page.next
        let isGettingOn = seen.insert(url).inserted && (!(page.value.array ?? []).isEmpty || next == nil)
        guard isGettingOn, files.count <= Self.maximumFileCount, seen.count <= Self.maximumPageCount else {
          throw HubError(
            .malformedAnswer,
            "The list of files does not end: \(files.count) in \(seen.count) pages; the server is at fault.")
        }
      }
      return try HubSnapshot(repository: repository, revision: revision, commit: commit, files: files)
    }
  }

  /// Receives JSON and the address of what follows it, if anything does.
  private func json(
    _ url: URL, over connection: HubConnection, _ subject: HubConnection.Subject
  ) async throws -> (value: JSONValue, next: URL?) {
    var patience = Patience(retryPolicy)
    while true {
      do { return try await receiveJSON(url, over: connection, subject) } catch let failure as TransientFailure {
        try await Task.sleep(for: patience.delay(after: failure))
      }
    }
  }

  private func receiveJSON(
    _ url: URL, over connection: HubConnection, _ subject: HubConnection.Subject
  ) async throws -> (value: JSONValue, next: URL?) {
    let (response, url) = try await connection.get(url)
    guard response.status == .ok else { throw await connection.failure(response, from: url, subject) }
    let host = url.host() ?? endpoint.description
    let tooLong = HubError(
      .malformedAnswer, "\(host) answers with more than \(byteText(Self.largestPage)), which is no list of files.")
    let announced = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    guard announced <= Self.largestPage else { throw tooLong }
    // Each piece may come just before the server counts as stalled; all of them together must come in time too.
    let deadline = ContinuousClock.now + stallTimeout * 4
    var bytes: [UInt8] = []
    do {
      for try await piece in response.body {
        guard bytes.count + piece.readableBytes <= Self.largestPage else { throw tooLong }
        guard ContinuousClock.now < deadline else {
          throw TransientFailure(error: HubError(.connectionFailed, "\(host) answers too slowly; try again later."))
        }
        bytes += piece.readableBytesView
      }
    } catch { throw HubConnection.failure(error, host: host) }
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes, maximumDepth: 32) } catch {
      throw HubError(
        .malformedAnswer,
        "\(host) does not answer with JSON (\(excerpt(error.description))); is the endpoint that of "
          + "a hub?")
    }
    guard let target = LinkHeader.next(in: response.headers["Link"]) else { return (value, nil) }
    guard let origin = Origin(url) else { return (value, nil) }
    return (value, try origin.follow(target, from: url))
  }
}
