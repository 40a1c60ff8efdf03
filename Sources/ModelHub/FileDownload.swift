import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Brings one file of a repository to its place.
struct FileDownload: Sendable {
  let file: HubFile
  let snapshot: HubSnapshot
  let folder: PullFolder
  let connection: HubConnection
  let retryPolicy: HubRetryPolicy
  let tally: ProgressTally

  /// What has arrived of the file.
  private struct Arrival {
    let part: PartFile
    var hash: ContentHash
    /// What the server calls the version that the bytes are from.
    var entityTag: String?
  }

  /// An attempt that brought this much counts as one that got on.
  private static let noticeableProgress = 1 << 20
  private static let chunk = 1 << 20

  /// Fetches what is missing of the file, and gives it its name once it is verified.
  /// - Returns: whether anything had to be fetched.
  /// - Throws: `HubError`, `CancellationError`.
  func run() async throws -> Bool {
    let place = try folder.place(for: file)
    if try await isComplete(place) {
      tally.note(file, bytes: file.byteCount, .complete)
      return false
    }
    var arrival = try await openPart(at: place)
    var isResumed = arrival.part.byteCount > 0
    while true {
      try await receiveAll(&arrival)
      if arrival.hash.checksum == file.checksum { break }
      // What an earlier run left may have been damaged since; what came in one go may not.
      guard isResumed else {
        arrival.part.remove()
        throw HubError(
          .checksumMismatch,
          "'\(file.label)' arrived damaged: its content is not what the repository's checksum promises, and was "
            + "removed. Run the same again; if it happens again, something on the way changes it, or the repository is "
            + "damaged.")
      }
      isResumed = false
      try startOver(&arrival)
    }
    try arrival.part.moveIntoPlace()
    tally.note(file, bytes: file.byteCount, .complete)
    return true
  }

  // MARK: - What is there

  /// Whether the file is in its place with the right content.
  private func isComplete(_ place: String) async throws -> Bool {
    guard PathKind(place) == .file(byteCount: file.byteCount), let opened = OpenFile(place, flags: O_RDONLY) else {
      return false
    }
    return try await hash(opened, byteCount: file.byteCount)?.checksum == file.checksum
  }

  /// The part that an earlier run left, if it is of the same content, or an empty one.
  private func openPart(at place: String) async throws -> Arrival {
    let part = try PartFile(of: place)
    let note = PartNote(besides: part.path)
    var arrival = Arrival(
      part: part, hash: ContentHash(for: file.checksum, byteCount: file.byteCount), entityTag: note?.entityTag)
    if note?.checksum == file.checksum, part.byteCount <= file.byteCount,
      let hash = try await hash(part.file, byteCount: part.byteCount)
    {
      arrival.hash = hash
    } else {
      try startOver(&arrival)
    }
    return arrival
  }

  /// The hash of a file's first bytes; nil when they cannot be read.
  private func hash(_ opened: OpenFile, byteCount: Int) async throws -> ContentHash? {
    var hash = ContentHash(for: file.checksum, byteCount: file.byteCount)
    var offset = 0
    while offset < byteCount {
      guard let piece = opened.read(at: offset, count: min(Self.chunk, byteCount - offset)), !piece.isEmpty else {
        return nil
      }
      hash.update(piece)
      offset += piece.count
      tally.note(file, bytes: offset, .checking)
      // This is long work: a cancelled task ends, and others get their turn.
      try Task.checkCancellation()
      await Task.yield()
    }
    return hash
  }

  private func startOver(_ arrival: inout Arrival) throws(HubError) {
    try arrival.part.empty()
    arrival.hash = ContentHash(for: file.checksum, byteCount: file.byteCount)
    arrival.entityTag = nil
    tally.note(file, bytes: 0, .receiving)
  }

  // MARK: - What arrives

  /// Receives until all bytes are there, over as many connections as it takes.
  private func receiveAll(_ arrival: inout Arrival) async throws {
    var patience = Patience(retryPolicy)
    while arrival.part.byteCount < file.byteCount {
      let before = arrival.part.byteCount
      do { try await receive(&arrival) } catch let failure as TransientFailure {
        if arrival.part.byteCount - before >= Self.noticeableProgress { patience.reset() }
        let delay = try patience.delay(after: failure)
        tally.note(file, bytes: arrival.part.byteCount, .waiting(delay, reason: failure.error.message))
        try await Task.sleep(for: delay)
      }
    }
  }

  /// Asks once for what is missing and takes what comes.
  private func receive(_ arrival: inout Arrival) async throws {
    let offset = arrival.part.byteCount
    var headers: [(String, String)] = []
    if offset > 0 {
      headers.append(("Range", "bytes=\(offset)-"))
      // Weak tags do not promise the same bytes.
      if let tag = arrival.entityTag, !tag.hasPrefix("W/") { headers.append(("If-Range", tag)) }
    }
    let address = try connection.endpoint.fileURL(snapshot.repository, commit: snapshot.commit, path: file.path)
    let (response, url) = try await connection.get(address, headers: headers)
    switch response.status {
    case .ok:
      // The server does not go on in the middle, or what it has now is another version.
      if offset > 0 { try startOver(&arrival) }
    case .partialContent where offset > 0:
      guard goesOn(response, at: offset, entityTag: arrival.entityTag) else { return try startOver(&arrival) }
    case .rangeNotSatisfiable where offset > 0:
      return try startOver(&arrival)
    default:
      throw await connection.failure(response, from: url, .file(snapshot.repository, file.path))
    }
    try checkHead(response, missing: file.byteCount - arrival.part.byteCount)
    arrival.entityTag = response.headers.first(name: "ETag")
    try PartNote(checksum: file.checksum, entityTag: arrival.entityTag).write(besides: arrival.part.path)
    try await receiveBody(response, from: url.host() ?? connection.endpoint.origin.host, &arrival)
  }

  /// Whether a partial answer is the rest of what has arrived.
  private func goesOn(_ response: HTTPClientResponse, at offset: Int, entityTag: String?) -> Bool {
    if let entityTag, response.headers.first(name: "ETag") != entityTag { return false }
    // bytes FIRST-LAST/SIZE
    let range = response.headers.first(name: "Content-Range") ?? ""
    guard let match = range.wholeMatch(of: /bytes ([0-9]+)-([0-9]+)\/([0-9]+|\*)/) else { return false }
    return Int(match.1) == offset && Int(match.2) == file.byteCount - 1
      && (match.3 == "*" || Int(match.3) == file.byteCount)
  }

  private func checkHead(_ response: HTTPClientResponse, missing: Int) throws(HubError) {
    if let coding = response.headers.first(name: "Content-Encoding"), coding.lowercased() != "identity" {
      throw HubError(
        .malformedAnswer, "The server sends '\(file.label)' encoded as \(excerpt(coding)), which nobody asked for.")
    }
    guard let length = response.headers.first(name: "Content-Length") else { return }
    guard Int(length) == missing else {
      throw HubError(
        .sizeMismatch,
        "The server announces \(excerpt(length)) bytes of '\(file.label)', but \(missing) are missing by the "
          + "repository's list; try again later.")
    }
  }

  private func receiveBody(_ response: HTTPClientResponse, from host: String, _ arrival: inout Arrival) async throws {
    do {
      for try await piece in response.body {
        guard piece.readableBytes <= file.byteCount - arrival.part.byteCount else {
          arrival.part.remove()
          throw HubError(
            .sizeMismatch,
            "The server sends more of '\(file.label)' than the \(file.byteCount) bytes that the repository's list "
              + "gives it; it was cut off and removed. Do not trust this server.")
        }
        let bytes = [UInt8](piece.readableBytesView)
        try arrival.part.append(bytes)
        arrival.hash.update(bytes)
        tally.note(file, bytes: arrival.part.byteCount, received: bytes.count, .receiving)
      }
    } catch { throw HubConnection.failure(error, host: host) }
    guard arrival.part.byteCount == file.byteCount else {
      try Task.checkCancellation()
      throw TransientFailure(
        error: HubError(
          .connectionFailed,
          "\(host) ended '\(file.label)' after \(arrival.part.byteCount) of \(file.byteCount) bytes; run the same "
            + "again to go on from there."))
    }
  }
}
