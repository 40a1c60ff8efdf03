import Foundation
public import Tensors

/// How much each input of each matrix matters: the mean of its square over a text, as llama.cpp's `imatrix` files have
/// it. An error in a weight moves the output by that error times its input, so the square of the input is its weight
/// among the errors that a quantiser makes.
///
/// Files are llama.cpp's GGUF form, or its older `.dat`, which is read only.
///
///     let importance = try ImportanceMatrix(path: "imatrix.gguf")
///     importance["blk.0.attn_q.weight"]?.means   // [1, columns]
public struct ImportanceMatrix: Sendable {
  /// What is known of one tensor.
  public struct Entry: Sendable {
    /// The sum of the squares of each column's inputs: [matrices, columns], several where experts are stacked.
    public var sums: Tensor
    /// How many inputs each matrix saw.
    public var counts: [Float]

    /// Sums and counts, of which there must be as many as rows.
    public init(sums: Tensor, counts: [Float]) {
      (self.sums, self.counts) = (sums, counts)
    }

    /// The mean squares: [matrices, columns]. A matrix that saw nothing has ones, so that all its columns count alike.
    public var means: Tensor {
      let columns = sums.shape.columnCount
      let values = sums.floats().enumerated().map { index, sum in
        let count = counts[index / columns]
        return count > 0 ? sum / count : 1
      }
      return Tensor(values, shape: sums.shape)
    }
  }

  /// The entries by the tensor's name in a GGUF file.
  public private(set) var entries: [String: Entry] = [:]
  /// The texts that were read.
  public var datasets: [String]
  /// Into how many pieces they were cut, and how many tokens each has.
  public var chunkCount, chunkSize: Int
  /// The file it came from.
  public let file: String?

  /// No entries yet.
  public init(datasets: [String] = [], chunkCount: Int = 0, chunkSize: Int = 0) {
    (self.datasets, self.chunkCount, self.chunkSize, file) = (datasets, chunkCount, chunkSize, nil)
  }

  /// What is known of a tensor.
  public subscript(name: String) -> Entry? {
    get { entries[name] }
    set { entries[name] = newValue }
  }

  // MARK: - Reading

  /// Reads a file of either form.
  /// - Throws: `CheckpointError` when it is neither, contradicts itself, or holds numbers that are no mean squares.
  public init(path: String) throws(CheckpointError) {
    let mapping = try MappedFile.open(path)
    file = path
    if mapping.bytes(at: 0, count: 4) == GGUFHeader.magic {
      let checkpoint = try GGUFCheckpoint(path: path)
      datasets = try checkpoint.metadata.strings("imatrix.datasets").map(Array.init) ?? []
      chunkCount = try checkpoint.metadata.int("imatrix.chunk_count") ?? 0
      chunkSize = try checkpoint.metadata.int("imatrix.chunk_size") ?? 0
      try readTensors(checkpoint, path)
    } else {
      (datasets, chunkCount, chunkSize) = ([], 0, 0)
      var reader = FileReader(mapping)
      try readOlderForm(&reader)
    }
    for (name, entry) in entries {
      guard entry.sums.floats().allSatisfy({ $0.isFinite && $0 >= 0 }), entry.counts.allSatisfy({ $0.isFinite }) else {
        throw CheckpointError(
          .malformed, file: path, field: excerpt(name), "sums of squares must be finite and not negative")
      }
    }
  }

  private mutating func readTensors(_ checkpoint: GGUFCheckpoint, _ path: String) throws(CheckpointError) {
    let ending = ".in_sum2"
    for stored in checkpoint.tensorNames where stored.hasSuffix(ending) {
      let name = String(stored.dropLast(ending.count))
      let (sums, counts) = (try checkpoint.tensor(named: stored), try checkpoint.tensor(named: name + ".counts"))
      guard sums.elementType == .f32, counts.elementType == .f32, sums.shape.rank <= 3, sums.elementCount > 0,
        counts.elementCount > 0, sums.elementCount % counts.elementCount == 0
      else {
        throw CheckpointError(
          .malformed, file: path, field: excerpt(stored), "\(sums.shape) sums do not go with \(counts.shape) counts")
      }
      let shape = Shape([counts.elementCount, sums.elementCount / counts.elementCount])
      entries[name] = Entry(sums: sums.reshaped(to: shape), counts: counts.floats())
    }
    guard !entries.isEmpty else {
      throw CheckpointError(
        .missing, file: path, "no tensor ends in \(ending); this is no importance matrix, but perhaps a model")
    }
  }

  /// The older form: the number of entries, then for each its name, how many pieces of text it is the sum over, and the
  /// sums of their mean squares; then the number of pieces and the text's name.
  private mutating func readOlderForm(_ reader: inout FileReader) throws(CheckpointError) {
    func length(_ reader: inout FileReader, _ field: String, bytesPerItem: Int) throws(CheckpointError) -> Int {
      let count: Int32 = try reader.read(field)
      guard count > 0, Int(count) <= reader.remaining / bytesPerItem else {
        throw reader.malformed(field, "\(count) does not fit the file; this is no importance matrix, or cut short")
      }
      return Int(count)
    }
    let count = try length(&reader, "entry count", bytesPerItem: 12)
    for index in 0..<count {
      let nameLength = try length(&reader, "name of entry \(index)", bytesPerItem: 1)
      guard let bytes = reader.mapping.bytes(at: reader.position, count: nameLength),
        let name = String(validating: bytes, as: UTF8.self)
      else { throw reader.malformed("name of entry \(index)", "is not UTF-8; this is no importance matrix") }
      reader.position += nameLength
      let calls: Int32 = try reader.read(name)
      let valueCount = try length(&reader, name, bytesPerItem: 4)
      var sums: [Float] = []
      for _ in 0..<valueCount { sums.append(Float(bitPattern: try reader.read(name))) }
      guard entries[name] == nil else { throw reader.malformed(name, "the entry is there twice") }
      entries[name] = Entry(sums: Tensor(sums, shape: [1, valueCount]), counts: [Float(max(calls, 1))])
    }
    guard reader.remaining >= 4 else { return }
    let chunks: Int32 = try reader.read("chunk count")
    chunkCount = Int(max(0, chunks))
    guard reader.remaining > 4 else { return }
    let textLength = try length(&reader, "dataset", bytesPerItem: 1)
    datasets = [String(decoding: reader.mapping.bytes(at: reader.position, count: textLength) ?? [], as: UTF8.self)]
  }

  // MARK: - Writing

  /// Writes llama.cpp's GGUF form, whole or not at all.
  public func write(to path: String) throws(CheckpointError) {
    var metadata = GGUFMetadata()
    metadata["general.type"] = .string("imatrix")
    var names = GGUFStrings()
    for dataset in datasets { names.append(dataset.utf8) }
    metadata["imatrix.datasets"] = .array(.strings(names))
    metadata["imatrix.chunk_count"] = .uint32(UInt32(clamping: chunkCount))
    metadata["imatrix.chunk_size"] = .uint32(UInt32(clamping: chunkSize))
    let tensors = entries.sorted { $0.key < $1.key }.flatMap { name, entry in
      [
        (name + ".in_sum2", entry.sums), (name + ".counts", Tensor(entry.counts, shape: [entry.counts.count, 1])),
      ]
    }
    let descriptions = tensors.map { TensorDescription(name: $0, shape: $1.shape, elementType: .f32) }
    do {
      try GGUFWriter.write(descriptions, metadata: metadata, to: path) { tensors[$0].1 }
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(.unwritable, file: path, "\(error)")
    }
  }
}
