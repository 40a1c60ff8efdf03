import Foundation
import JSONParsing

/// What the small files beside a tokenizer say about its special tokens: tokenizer_config.json,
/// special_tokens_map.json and generation_config.json. Each may be missing; none may be broken.
struct SpecialTokenFiles {
  let folder: String

  func apply(to stages: inout Tokenizer.Stages) throws(TokenizerError) {
    let map = try read("special_tokens_map.json")
    let settings = try read("tokenizer_config.json")
    let generation = try read("generation_config.json")
    addTokens(settings?["added_tokens_decoder"]?.object, to: &stages)
    func id(_ key: String) -> Int? {
      for file in [settings, map] {
        if let name = file?[key]?.string ?? file?[key]?["content"]?.string, let id = stages.pieces.id(of: name) {
          return id
        }
      }
      return nil
    }
    if let bos = id("bos_token") { stages.bosID = bos }
    if let padding = id("pad_token") { stages.paddingID = padding }
    var ends = id("eos_token").map { [$0] } ?? []
    if let list = generation?["eos_token_id"] { ends += list.array?.compactMap(\.int) ?? [list.int].compactMap(\.self) }
    if !ends.isEmpty {
      var unique: [Int] = []
      for id in ends where stages.pieces.contains(id) && !unique.contains(id) { unique.append(id) }
      stages.eosIDs = unique
    }
    // A post-processor in tokenizer.json has said it already.
    if settings?["add_bos_token"]?.bool == true, stages.prefixIDs.isEmpty, let bos = stages.bosID {
      stages.prefixIDs = [bos]
    }
    if settings?["add_bos_token"]?.bool == false { stages.prefixIDs = [] }
    if settings?["add_eos_token"]?.bool == true, stages.suffixIDs.isEmpty, let eos = stages.eosIDs.first {
      stages.suffixIDs = [eos]
    }
  }

  /// Tokens that only tokenizer_config.json lists, as beside a tokenizer.model.
  private func addTokens(_ list: JSONObject?, to stages: inout Tokenizer.Stages) {
    guard let list, case .sentencePiece = stages.model else { return }
    let known = Set(stages.addedTokens.map(\.id))
    for (key, value) in list.pairs {
      guard let id = Int(key), let content = value["content"]?.string, !content.isEmpty, !known.contains(id),
        stages.pieces.text(id) == content
      else { continue }
      stages.addedTokens.append(AddedToken(id: id, content: content, isSpecial: value["special"]?.bool ?? false))
    }
  }

  private func read(_ name: String) throws(TokenizerError) -> JSONValue? {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = try Tokenizer.contents(path)
    do {
      return try JSONValue(parsing: bytes, duplicateKeys: .keepLast)
    } catch {
      throw VocabularyReading.jsonError(error, nil).located(in: path)
    }
  }
}
