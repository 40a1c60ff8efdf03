import Foundation
import JSONParsing

extension Tokenizer {
  /// Loads a tokenizer from any of the forms it comes in:
  ///
  /// - a Hugging Face folder, or its tokenizer.json; tokenizer_config.json and generation_config.json beside it say
  ///   which tokens begin and end a text
  /// - SentencePiece's tokenizer.model
  /// - a folder with vocab.json and merges.txt, or encoder.json and vocab.bpe: GPT-2's, or GPT-1's if merges hold
  ///   `</w>`
  /// - llama2.c's tokenizer .bin
  ///
  /// - Throws: `TokenizerError`, which names the file, the field and what to do.
  public static func load(from path: String) throws(TokenizerError) -> Tokenizer {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TokenizerError(.notFound, file: path, "does not exist; give a folder, tokenizer.json or tokenizer.model")
    }
    guard isFolder.boolValue else { return try loadFile(path) }
    let candidates = ["tokenizer.json", "tokenizer.model", "vocab.json", "encoder.json", "tokenizer.bin"]
    guard let name = candidates.first(where: { FileManager.default.fileExists(atPath: path + "/" + $0) }) else {
      throw TokenizerError(
        .notFound, file: path, "holds no tokenizer; fetch tokenizer.json, tokenizer.model or vocab.json and merges.txt")
    }
    return try loadFile(path + "/" + name)
  }

  private static func loadFile(_ path: String) throws(TokenizerError) -> Tokenizer {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let name = URL(fileURLWithPath: path).lastPathComponent
    let file = try contents(path)
    do {
      var stages: Stages
      if name == "vocab.json" || name == "encoder.json" {
        let merges = folder + (name == "vocab.json" ? "/merges.txt" : "/vocab.bpe")
        stages = try Stages(vocabulary: file, merges: try contents(merges), mergesFile: merges)
      } else if file.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
        stages = try TokenizerJSON.read(file)
      } else if name.hasSuffix(".bin") {
        stages = try Stages(try Llama2CVocabulary.read(file))
      } else {
        stages = try Stages(try SentencePieceModel.read(file))
      }
      try SpecialTokenFiles(folder: folder).apply(to: &stages)
      return Tokenizer(stages)
    } catch {
      throw error.located(in: path)
    }
  }

  static func contents(_ path: String) throws(TokenizerError) -> [UInt8] {
    let limit = 1 << 30
    guard FileManager.default.fileExists(atPath: path) else {
      throw TokenizerError(.notFound, file: path, "does not exist; fetch it from where the model came from")
    }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
      guard data.count <= limit else {
        throw TokenizerError(.unreadable, file: path, "is \(data.count) bytes; no tokenizer is that large")
      }
      return [UInt8](data)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw TokenizerError(
        .unreadable, file: path, "cannot be read (\(error.localizedDescription)); is it a file of yours?")
    }
  }
}

extension Tokenizer.Stages {
  /// Byte-level BPE from vocab.json and merges.txt, or GPT-1's where the merges hold `</w>`.
  init(vocabulary: [UInt8], merges: [UInt8], mergesFile: String) throws(TokenizerError) {
    let pieces: PieceTable
    do {
      var reader = try JSONReader(vocabulary)
      pieces = try VocabularyReading.pieces(&reader, field: "vocabulary")
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw VocabularyReading.jsonError(error, nil)
    }
    let table: MergeTable
    do {
      table = try VocabularyReading.merges(text: merges, pieces)
    } catch {
      throw error.located(in: mergesFile)
    }
    var options = BytePairEncoding.Options()
    let isGPT1 = String(decoding: merges.prefix(4096), as: UTF8.self).contains("</w>")
    if isGPT1 {
      options.endOfWordSuffix = "</w>"
      options.unknownToken = pieces.id(of: "<unk>") == nil ? nil : "<unk>"
    }
    let model = BytePairEncoding(pieces: pieces, merges: table, options: options, isByteLevel: !isGPT1)
    if isGPT1 {
      self.init(
        pieces: pieces, model: .bytePair(model),
        normalizer: .bert(cleansText: true, spacesChinese: true, stripsAccents: true, lowercases: true),
        preTokenizer: .bert, decoder: .wordSuffix(Array("</w>".utf8)))
      if let id = pieces.id(of: "<unk>") {
        var token = AddedToken(id: id, content: "<unk>", isSpecial: true)
        token.isUnknown = true
        addedTokens = [token]
      }
    } else {
      self.init(pieces: pieces, model: .bytePair(model), preTokenizer: .words(.gpt2), decoder: .byteLevel)
      isByteLevel = true
      pre = "gpt-2"
      if let id = pieces.id(of: "<|endoftext|>") {
        addedTokens = [AddedToken(id: id, content: "<|endoftext|>", isSpecial: true)]
      }
    }
    guessSpecialTokens()
  }

  /// Where no file says so, the names that the families use tell which tokens begin and end a text.
  mutating func guessSpecialTokens() {
    let isAdded = Set(addedTokens.map(\.id))
    func id(_ names: [String]) -> [Int] { names.compactMap { pieces.id(of: $0) }.filter { isAdded.contains($0) } }
    bosID = id(["<|begin_of_text|>", "<s>", "<|startoftext|>"]).first
    eosIDs = id(["<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|return|>", "<|eot|>", "</s>", "<|endoftext|>"])
    if bosID == nil { bosID = id(["<|endoftext|>"]).first }
    paddingID = id(["<|finetune_right_pad_id|>", "<pad>", "<unk>"]).first
  }
}
