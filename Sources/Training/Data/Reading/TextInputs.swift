/// Files of text to learn from, and how they are read.
public struct TextInputs: Sendable {
  /// One file.
  struct Input: Sendable {
    var path: String
    var format: DocumentReader.Format
    var isPacked: Bool
  }

  let inputs: [Input]
  let delimiter: [UInt8]?

  /// Files, by their names: `.jsonl` (each line an object with `text` or `ids`), anything else plain text; `.gz` after
  /// either is unpacked; `-` is standard input.
  /// - Parameters:
  ///   - delimiter: what stands between the documents of a text file; nil makes each file one document.
  ///   - standardInputIsJSONLines: what standard input holds.
  /// - Throws: `TrainingError` where a file does not exist, before anything is read.
  public init(_ paths: [String], delimiter: String? = nil, standardInputIsJSONLines: Bool = false) throws(TrainingError)
  {
    guard !paths.isEmpty else {
      throw TrainingError(.unusableData, "there is no data; name files, or - for standard input")
    }
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw TrainingError(.unusableData, at: "-", "standard input can be read only once")
    }
    if let delimiter, delimiter.isEmpty {
      throw TrainingError(.unusableData, "the delimiter is empty; leave it out for whole files")
    }
    var inputs: [Input] = []
    for path in paths {
      let isPacked = path.hasSuffix(".gz")
      let name = isPacked ? String(path.dropLast(3)) : path
      let isLines = path == "-" ? standardInputIsJSONLines : name.hasSuffix(".jsonl")
      inputs.append(Input(path: path, format: isLines ? .jsonLines : .text, isPacked: isPacked))
      if path != "-" { try ByteStream.check(path) }
    }
    self.inputs = inputs
    self.delimiter = delimiter.map { Array($0.utf8) }
  }
}

extension TextInputs {
  /// The documents as texts, as many as there are within the first `maximumBytes`.
  /// - Throws: `TrainingError` where a file cannot be read, or holds ids instead of text.
  package func texts(maximumBytes: Int) throws(TrainingError) -> [String] {
    var texts: [String] = []
    var bytes: [UInt8] = []
    var total = 0
    let reader = DocumentReader(self, cutsDocuments: true)
    while total < maximumBytes, let piece = try reader.next() {
      guard case .text(let part) = try piece.decoded() else {
        throw TrainingError(.unusableData, at: piece.place, "holds ids; models with tokenizers of their own need text")
      }
      bytes += part
      total += part.count
      if piece.endsDocument || total >= maximumBytes {
        texts.append(String(decoding: bytes, as: UTF8.self))
        bytes = []
      }
    }
    return texts
  }
}
