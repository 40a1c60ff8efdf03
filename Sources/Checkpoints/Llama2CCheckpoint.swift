public import Tensors

/// A model of llama2.c (https://github.com/karpathy/llama2.c): a legacy `.bin`, or version 1, both float32.
///
/// Tensors have Hugging Face's names. Rows of the query and key matrices are as stored: rotary pairs are adjacent,
/// where Hugging Face's are half a head apart.
public struct Llama2CCheckpoint: Checkpoint {
  /// The model's dimensions.
  public let header: Llama2CHeader
  private let table: TensorTable

  /// The tensors, in the order of the file.
  public var tensorNames: [String] { table.names }
  /// Shape and type of a tensor; nil where there is none of the name.
  public func description(of name: String) -> TensorDescription? { table.description(of: name) }
  /// A tensor of the file; its bytes stay mapped.
  public func tensor(named name: String) throws(CheckpointError) -> Tensor { try table.tensor(named: name) }

  private static let magic = 0x616B_3432  // "ak42"
  private static let versionedHeaderByteCount = 256

  /// Opens a file.
  /// - Throws: `CheckpointError` when the header is not that of a model, the size of the file is not what the header
  ///   promises, or the file is of version 2, whose quantised blocks Swiftlet does not read.
  public init(path: String) throws(CheckpointError) {
    var reader = FileReader(try MappedFile.open(path))
    let isLegacy = try reader.readInt(4, "header") != Self.magic
    if isLegacy {
      reader.position = 0
    } else {
      let version = try reader.readInt(4, "version")
      guard version == 1 else {
        throw CheckpointError(
          .unsupported, file: path, field: "version",
          "version \(version) is not supported; export the model as version 0 or 1, in float32")
      }
    }
    var numbers: [Int] = []
    for field in ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"] {
      let number: Int32 = try reader.read(field)
      numbers.append(Int(number))
    }
    var tiesEmbeddings = numbers[5] > 0
    if !isLegacy {
      let flag: UInt8 = try reader.read("shared_classifier")
      guard flag <= 1 else { throw reader.malformed("shared_classifier", "\(flag) is neither 0 nor 1") }
      tiesEmbeddings = flag == 1
      reader.position = Self.versionedHeaderByteCount
    }
    header = Llama2CHeader(
      hiddenSize: numbers[0], intermediateSize: numbers[1], layerCount: numbers[2], headCount: numbers[3],
      kvHeadCount: numbers[4], vocabularySize: isLegacy ? abs(numbers[5]) : numbers[5], contextLength: numbers[6],
      tiesEmbeddings: tiesEmbeddings)
    try header.check(file: path, failing: .malformed)
    table = try Self.table(of: header, isLegacy: isLegacy, reader: reader)
  }

  private static func table(of header: Llama2CHeader, isLegacy: Bool, reader: FileReader)
    throws(CheckpointError) -> TensorTable
  {
    var groups = header.groups(isLegacy: isLegacy).map { (group: $0 as Llama2CHeader.Group?, count: 0) }
    // The legacy format keeps tables of cosines and sines; they follow from the header, so they are passed over.
    if isLegacy { groups.append((nil, 2 * header.rotaryTableCount)) }
    if !header.tiesEmbeddings { groups.append((header.outputGroup, 0)) }

    // Each extent is at most 2^20, so the elements of one group are at most 2^60; their sum is checked.
    var total = 0
    for (index, entry) in groups.enumerated() {
      if let group = entry.group {
        groups[index].count = group.dimensions.reduce(group.isLayered ? header.layerCount : 1, *)
      }
      let (sum, overflow) = total.addingReportingOverflow(groups[index].count)
      guard !overflow, sum <= reader.remaining / 4 else {
        throw reader.malformed(
          entry.group?.name ?? "freq_cis", "the header promises more than the \(reader.remaining) bytes of the file")
      }
      total = sum
    }
    guard total * 4 == reader.remaining else {
      throw reader.malformed(
        "header", "it promises \(total * 4) bytes of weights, but \(reader.remaining) follow; the file is damaged")
    }

    var table = TensorTable(file: reader.file)
    let storage = Storage(mapping: reader.mapping)
    var offset = reader.position
    for (group, count) in groups {
      guard let group else {
        offset += count * 4
        continue
      }
      let layers = group.isLayered ? header.layerCount : 1
      for layer in 0..<layers {
        try table.insert(
          TensorTable.Entry(
            name: group.name(layer: layer), shape: Shape(group.dimensions), elementType: .f32, typeName: "f32",
            file: reader.file, storage: storage, byteOffset: offset))
        offset += count / layers * 4
      }
    }
    return table
  }
}
