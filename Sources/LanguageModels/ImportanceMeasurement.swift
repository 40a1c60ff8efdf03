public import Checkpoints
import Tensors

/// Measures how much each input of each matrix matters, while a model reads a text.
///
/// The model's own forward pass runs with a tape that records nothing and is told of every product; what the head reads
/// is left out, as llama.cpp leaves it out.
///
///     let measurement = ImportanceMeasurement(model)
///     for piece in pieces { try measurement.read(piece) }
///     try measurement.matrix(datasets: ["text"], chunkSize: 512).write(to: "imatrix.gguf")
public final class ImportanceMeasurement {
  /// A weight by where it lies.
  private struct Place: Hashable {
    let storage, byteOffset: Int

    init(_ tensor: Tensor) { (storage, byteOffset) = (tensor.storage.identity, tensor.byteOffset) }
  }

  /// A matrix: the tensors of a GGUF file that hold it, and which of a stack it is.
  private struct Target {
    let names: [String]
    let matrix, matrixCount: Int
  }

  /// What the matrices of one tensor have met.
  private struct Sums {
    var squares: [[Double]]  // [matrices][columns]
    var counts: [Int]
  }

  private let model: LanguageModel
  private let targets: [Place: Target]
  private var sums: [String: Sums] = [:]
  private var chunkCount = 0

  /// Nothing measured yet.
  public init(_ model: LanguageModel) throws {
    self.model = model
    let names = model.configuration.storable.family.description.gguf?.names ?? .native
    var targets: [Place: Target] = [:]
    for parameter in model.configuration.parameters
    where parameter.name.hasPrefix("layers.") && parameter.name.hasSuffix(".weight") && parameter.shape.rank > 1 {
      // GGUF holds gate and up apart, and both read the same.
      let parts =
        parameter.name.contains(".gateUp.")
        ? ["gate", "up"].map { parameter.name.replacing(".gateUp.", with: ".\($0).") } : [parameter.name]
      let stored = parts.map { names.stored($0).names[0] }
      let tensor = try model.table.tensor(parameter.name, shape: parameter.shape).tensor
      let matrices = parameter.shape.rank == 3 ? (0..<parameter.shape[0]).map { tensor[$0] } : [tensor]
      for (index, matrix) in matrices.enumerated() {
        targets[Place(matrix)] = Target(names: stored, matrix: index, matrixCount: matrices.count)
      }
    }
    self.targets = targets
  }

  /// Reads one piece of text, which sees nothing before it.
  /// - Throws: `ModelError` when an id lies outside the vocabulary, there are more than the context holds, or the model's
  ///   weights make numbers that are not finite.
  public func read(_ ids: [Int]) throws {
    try model.check(ids, after: 0)
    let tape = Tape()
    // Queries, keys and values read the same tensor, so its squares are added up once.
    var last: (x: Tensor, squares: [Float])?
    var damaged: String?
    tape.onLinear = { [self] x, weight in
      guard let target = targets[Place(weight)] else { return }
      let squares: [Float]
      if let last, last.x.storage === x.storage, last.x.byteOffset == x.byteOffset, last.x.shape == x.shape {
        squares = last.squares
      } else {
        let columns = Tensor(zeros: [x.shape.columnCount])
        addColumnSquares(x, to: columns)
        squares = columns.floats()
        last = (x, squares)
      }
      for name in target.names {
        if damaged == nil, !squares.allSatisfy(\.isFinite) { damaged = name }
        add(squares, rows: x.shape.rowCount, to: name, target)
      }
    }
    let sequences = [SequenceRows(rows: 0..<ids.count, firstPosition: 0, cache: nil)]
    let embedded = model.transformer.embed(ids, sequences: sequences, tape: tape)
    _ = model.transformer.forward(embedded, sequences: sequences, tape: tape)
    if let damaged {
      throw ModelError(
        .unencodable, field: damaged, "its inputs are not finite; the model's weights are damaged.")
    }
    chunkCount += 1
  }

  private func add(_ squares: [Float], rows: Int, to name: String, _ target: Target) {
    var known =
      sums[name]
      ?? Sums(
        squares: Array(repeating: Array(repeating: 0, count: squares.count), count: target.matrixCount),
        counts: Array(repeating: 0, count: target.matrixCount))
    sums[name] = nil
    for column in squares.indices { known.squares[target.matrix][column] += Double(squares[column]) }
    known.counts[target.matrix] += rows
    sums[name] = known
  }

  /// What was measured so far.
  /// - Parameters:
  ///   - datasets: The names of the texts.
  ///   - chunkSize: How many tokens a piece had.
  public func matrix(datasets: [String], chunkSize: Int) -> ImportanceMatrix {
    var matrix = ImportanceMatrix(datasets: datasets, chunkCount: chunkCount, chunkSize: chunkSize)
    for (name, known) in sums {
      let columns = known.squares.first?.count ?? 0
      matrix[name] = ImportanceMatrix.Entry(
        sums: Tensor(known.squares.joined().map { Float($0) }, shape: [known.counts.count, columns]),
        counts: known.counts.map { Float($0) })
    }
    return matrix
  }
}
