import AsyncHTTPClient

extension HubClient {
  /// Fetches files of a repository into a folder.
  ///
  /// A file gets its name when it is complete and its checksum is right; until then it is called `NAME.part`. Complete
  /// files that are there already are not fetched again, and unfinished ones go on where they ended. The folder's
  /// `.swiftlet-pull.json` says where its files are from.
  /// - Parameters:
  ///   - files: Which files of the snapshot, such as `FileSelection` chooses.
  ///   - snapshot: What they are of.
  ///   - folder: Where to; it is created if need be, and must be empty or hold the same repository.
  ///   - progress: Told how far everything is; one call at a time, from any thread. It should return quickly.
  /// - Throws: `HubError`; `CancellationError` when the task is cancelled, after which a pull can go on.
  public func pull(
    _ files: [HubFile], of snapshot: HubSnapshot, into folder: String,
    progress: @escaping @Sendable (HubProgress) -> Void = { _ in }
  ) async throws -> HubPull {
    try PullFolder.check(files)
    var totalBytes = 0
    for file in files {
      let (sum, overflows) = totalBytes.addingReportingOverflow(file.byteCount)
      guard !overflows else {
        throw HubError(.malformedAnswer, "The files' sizes add up to more than any disk holds; the server is at fault.")
      }
      totalBytes = sum
    }
    let target = try PullFolder(folder, for: snapshot.repository)
    try target.checkRoom(for: totalBytes - Self.presentBytes(files, in: target))
    var note = PullNote(in: folder) ?? PullNote(snapshot)
    note.add(files, of: snapshot)
    try note.write(in: folder)

    let tally = ProgressTally(totalBytes: totalBytes, totalFiles: files.count, report: progress)
    let fetched = try await withConnection { connection in
      try await fetch(files, of: snapshot, into: target, over: connection, tally)
    }
    let stale = note.entries.values.filter { entry in
      guard entry.commit != snapshot.commit, case .file = PathKind(folder + "/" + entry.file.path) else { return false }
      return true
    }
    return HubPull(
      folder: folder, fetched: files.filter(fetched.contains), kept: files.filter { !fetched.contains($0) },
      stale: stale.map(\.file.path).sorted(), receivedBytes: tally.receivedBytes)
  }

  /// How many bytes need no new room: those of files and parts that are there.
  private static func presentBytes(_ files: [HubFile], in folder: PullFolder) -> Int {
    files.reduce(0) { sum, file in
      let place = folder.path + "/" + file.path
      let sizes = [place, place + PartFile.ending].map { path in
        if case .file(let byteCount) = PathKind(path) { byteCount } else { 0 }
      }
      return sum + min(sizes.max() ?? 0, file.byteCount)
    }
  }

  /// Runs the downloads, a few at a time. The first that fails stops the others, whose parts stay.
  private func fetch(
    _ files: [HubFile], of snapshot: HubSnapshot, into folder: PullFolder, over connection: HubConnection,
    _ tally: ProgressTally
  ) async throws -> Set<HubFile> {
    try await withThrowingTaskGroup(of: (HubFile, Bool).self) { group in
      var waiting = files[...]
      func startNext() {
        guard let file = waiting.popFirst() else { return }
        let download = FileDownload(
          file: file, snapshot: snapshot, folder: folder, connection: connection, retryPolicy: retryPolicy,
          tally: tally)
        group.addTask { (file, try await download.run()) }
      }
      for _ in 0..<max(1, simultaneousFiles) { startNext() }
      var fetched: Set<HubFile> = []
      while let (file, wasFetched) = try await group.next() {
        if wasFetched { fetched.insert(file) }
        startNext()
      }
      return fetched
    }
  }
}
