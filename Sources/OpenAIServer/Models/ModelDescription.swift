#if Server
  import Checkpoints
  import Foundation
  public import LanguageModels
  import TextGeneration

  /// A model that a server offers: its name, and what is known of it without its weights.
  public struct ModelDescription: Sendable {
    /// The name that requests give.
    public let id: String
    /// A Hugging Face folder, a .gguf or a llama2.c .bin.
    public let path: String
    /// Another tokenizer than the model's own.
    public let tokenizerPath: String?
    /// Its shape.
    public let configuration: Configuration
    /// Whether it comes with the package.
    public let isBuiltIn: Bool
    /// Whether it was made for conversations, as far as its files tell.
    public let isForChat: Bool
    /// When its file was written, in seconds since 1970.
    public let created: Int
    /// The bytes of its weights as they are stored.
    public let weightBytes: Int

    /// A model at a path, or a built-in one; reads its shape and no weights.
    /// - Parameter id: The name that requests give; nil takes the last part of the path.
    /// - Throws: What is wrong with the path or the file.
    public init(_ path: String, id: String? = nil, tokenizerPath: String? = nil) throws {
      let builtIn = FileManager.default.fileExists(atPath: path) ? nil : BuiltInModel(named: path)
      self.path = try builtIn?.folder() ?? path
      self.tokenizerPath = tokenizerPath
      isBuiltIn = builtIn != nil
      let url = URL(fileURLWithPath: self.path).standardizedFileURL
      let name = url.lastPathComponent
      self.id =
        id ?? builtIn?.name
        ?? [".gguf", ".bin", ".safetensors"].reduce(name) { $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0 }
      let checkpoint = try ModelCheckpoint.open(self.path)
      configuration = checkpoint.configuration
      weightBytes = checkpoint.checkpoint.tensorNames.reduce(0) { total, name in
        total + (checkpoint.checkpoint.description(of: name)?.byteCount ?? 0)
      }
      isForChat = try ChatFormat.isForChat(modelPath: self.path)
      let attributes = try? FileManager.default.attributesOfItem(atPath: self.path)
      created = Int((attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
    }

    /// The models that a path holds: itself, or those in a folder that is none.
    public static func models(at path: String, tokenizerPath: String? = nil) throws -> [ModelDescription] {
      let manager = FileManager.default
      var isFolder: ObjCBool = false
      guard unsafe manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
        !manager.fileExists(atPath: path + "/config.json")
      else { return [try ModelDescription(path, tokenizerPath: tokenizerPath)] }
      let names = try manager.contentsOfDirectory(atPath: path).sorted().filter { name in
        name.hasSuffix(".gguf") || manager.fileExists(atPath: "\(path)/\(name)/config.json")
      }
      guard !names.isEmpty else {
        throw GenerationError(
          .notFound,
          "\(path) holds no models; give a model, or a folder with .gguf files or Hugging Face folders in it.")
      }
      return try names.map { try ModelDescription("\(path)/\($0)", tokenizerPath: tokenizerPath) }
    }
  }
#endif
