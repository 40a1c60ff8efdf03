/// Which files of a repository to fetch.
///
/// Without patterns, these are the files that a model is loaded from: weights as safetensors, JSON files, the
/// tokenizer's files and chat templates, all at the root. Weights are taken in one form only: `model.safetensors` or
/// the shards of an index, but not a second copy beside them; a GGUF file where there are no safetensors.
public struct FileSelection: Hashable, Sendable {
  /// If there are any, only files that one of them matches are fetched, in whatever folder.
  public var include: [GlobPattern]
  /// Files that one of them matches are not fetched.
  public var exclude: [GlobPattern]

  /// A selection by patterns.
  public init(include: [GlobPattern] = [], exclude: [GlobPattern] = []) {
    self.include = include
    self.exclude = exclude
  }

  /// The files to fetch, sorted by path.
  /// - Throws: `HubError` when there are none, when nothing of them could be loaded, or when there are several GGUF
  ///   files to choose from; its message lists them.
  public func files(of snapshot: HubSnapshot) throws(HubError) -> [HubFile] {
    let allowed = snapshot.files.filter { file in !exclude.contains { $0.matches(file) } }
    let chosen: [HubFile]
    if include.isEmpty {
      chosen = try defaults(among: allowed, of: snapshot.repository)
    } else {
      chosen = allowed.filter { file in include.contains { $0.matches(file) } }
    }
    guard !chosen.isEmpty else {
      let patterns = excerpt(include.map(\.description).joined(separator: ", "))
      throw HubError(
        .nothingToFetch,
        snapshot.files.isEmpty
          ? "\(snapshot.repository) holds no files."
          : "\(snapshot.repository) holds no file to fetch\(patterns.isEmpty ? "" : " that \(patterns) matches")."
            + Self.listing(snapshot.files, heading: "It holds"))
    }
    return chosen
  }

  private func defaults(among files: [HubFile], of repository: HubRepository) throws(HubError) -> [HubFile] {
    let root = files.filter(\.isAtRoot)
    let small = root.filter { file in
      [".json", ".jinja"].contains { file.name.hasSuffix($0) }
        || ["tokenizer.model", "merges.txt", "vocab.bpe"].contains(file.name)
    }
    let safetensors = Self.safetensors(among: root)
    let weights = safetensors.isEmpty ? try Self.singleGGUF(among: files, of: repository) : safetensors
    if weights.isEmpty, files.contains(where: Self.isPickle) {
      throw HubError(
        .nothingToFetch,
        "The weights of \(repository) are PyTorch's files, which can run code when they are read and which are not "
          + "loaded here; look for a repository with safetensors or GGUF, or fetch them with include patterns."
          + Self.listing(files.filter(Self.isPickle), heading: "It holds"))
    }
    return (small + weights).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The safetensors that a folder with these files is loaded from, in the order in which a loader looks for them.
  private static func safetensors(among root: [HubFile]) -> [HubFile] {
    let all = root.filter { $0.name.hasSuffix(".safetensors") }
    if let whole = all.first(where: { $0.name == "model.safetensors" }) { return [whole] }
    let ending = ".safetensors.index.json"
    let indices = root.filter { $0.name.hasSuffix(ending) }
    guard let index = indices.first(where: { $0.name == "model" + ending }) ?? indices.first else { return all }
    let stem = String(index.name.dropLast(ending.count)) + "-"
    let shards = all.filter { $0.name.hasPrefix(stem) }
    return shards.isEmpty ? all : shards
  }

  private static func singleGGUF(among files: [HubFile], of repository: HubRepository) throws(HubError) -> [HubFile] {
    let all = files.filter { $0.name.hasSuffix(".gguf") }
    let models = Dictionary(grouping: all) { modelName($0.path) }
    guard models.count > 1 else { return all }
    let example = models.keys.min { $0.utf8.lexicographicallyPrecedes($1.utf8) } ?? "model.gguf"
    throw HubError(
      .choiceNeeded,
      "\(repository) holds \(models.count) GGUF models; choose one with an include pattern, for example "
        + "--include '\(excerpt(example))'." + listing(all, heading: "There are"))
  }

  /// The path of a GGUF file, with `*` for the part's number where the model is split: `…-00001-of-00003.gguf`.
  private static func modelName(_ path: String) -> String {
    guard let match = path.wholeMatch(of: /(.*)-[0-9]{5}-of-([0-9]{5})\.gguf/) else { return path }
    return "\(match.1)-*-of-\(match.2).gguf"
  }

  private static func isPickle(_ file: HubFile) -> Bool {
    [".bin", ".pt", ".pth", ".ckpt"].contains { file.name.hasSuffix($0) }
  }

  private static func listing(_ files: [HubFile], heading: String) -> String {
    let shown = files.prefix(100).map { "\n  \($0.label)  \(byteText($0.byteCount))" }.joined()
    let rest = files.count > 100 ? "\n  and \(files.count - 100) more" : ""
    return " \(heading):\(shown)\(rest)"
  }
}
