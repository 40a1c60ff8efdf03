import Synchronization
import Tensors
import TextGeneration

/// A model whose next token is a known function of the last: tokens are bytes, and after byte b comes b + step.
final class FakePredictor: TokenPredictor {
  let vocabularySize = 257
  let contextLength: Int
  let beginningToken: Int?
  let endTokens = [256]
  /// Bytes after which the text ends.
  let ending: Set<Int>
  /// How far the next byte is from the last.
  let step: Int
  /// Where more tokens than this are to be forgotten, all are.
  let mostForgotten: Int
  /// Every piece that was read, to see chunks and reuse.
  let reads = Mutex<[Int]>([])
  /// All that the sequence last read from now holds.
  let held = Mutex<[Int]>([])
  /// Every batch that was read: how many tokens of how many sequences.
  let batches = Mutex<[[Int]]>([])
  /// A byte for every token that a sequence holds.
  let meter: MemoryMeter? = MemoryMeter()
  /// Called before each read.
  let beforeRead: @Sendable () -> Void

  init(
    contextLength: Int = 64, beginningToken: Int? = 65, ending: Set<Int> = [], step: Int = 1, mostForgotten: Int = .max,
    beforeRead: @escaping @Sendable () -> Void = {}
  ) {
    self.contextLength = contextLength
    self.beginningToken = beginningToken
    self.ending = ending
    self.step = step
    self.mostForgotten = mostForgotten
    self.beforeRead = beforeRead
  }

  func makeSequence() -> any PredictedSequence { Sequence(self) }
  func cacheBytes(of tokens: Int) -> Int { tokens }
  func read(_ batch: [BatchInput], isCancelled: () -> Bool) throws -> [[ScoreRow]] {
    batches.withLock { $0.append(batch.map(\.ids.count)) }
    return try batch.map { input in
      guard let sequence = input.sequence as? Sequence else { return [] }
      let before = sequence.count
      // A row of its own for every token.
      let rows = try input.ids.map { id in
        if isCancelled() {
          sequence.truncate(to: before)
          throw CancellationError()
        }
        return ScoreRow.floats(try sequence.readAll([id])[0])
      }
      switch input.rows {
      case .none: return []
      case .last: return rows.suffix(1)
      case .all: return rows
      }
    }
  }

  final class Sequence: PredictedSequence {
    let predictor: FakePredictor
    private var held: [Int] = [] {
      didSet { predictor.meter?.add(held.count - oldValue.count) }
    }
    var count: Int { held.count }
    init(_ predictor: FakePredictor) { self.predictor = predictor }
    deinit { predictor.meter?.add(-held.count) }
    var bytes: Int { held.count }
    func newBytes(adding added: Int) -> Int { added }
    func fork(first count: Int) -> (any PredictedSequence)? {
      guard count <= held.count, held.count - count <= predictor.mostForgotten else { return nil }
      let fork = Sequence(predictor)
      fork.held = Array(held.prefix(count))
      return fork
    }
    func truncate(to count: Int) {
      // As layers that see a window do, which keep a little more than they need.
      let isKept = held.count - count <= predictor.mostForgotten
      held.removeSubrange(isKept ? min(held.count, count)... : 0...)
    }
    func read(_ ids: [Int]) throws -> [Float] {
      take(ids)
      return scores(after: ids[ids.count - 1])
    }
    func readAll(_ ids: [Int]) throws -> [[Float]] {
      precondition(ids.count <= 8)
      take(ids)
      return ids.map(scores(after:))
    }
    private func take(_ ids: [Int]) {
      predictor.beforeRead()
      precondition(count + ids.count <= predictor.contextLength)
      held += ids
      predictor.held.withLock { $0 = held }
      predictor.reads.withLock { $0.append(ids.count) }
    }
    private func scores(after last: Int) -> [Float] {
      var scores = [Float](repeating: 0, count: 257)
      // Not certain, so that temperature and seed make a difference.
      scores[predictor.ending.contains(last) ? 256 : (last + predictor.step) % 256] = 5
      return scores
    }
  }
}

/// Bytes as tokens, whole characters as text; `<x>` is a control token for x = "sep" (256).
struct FakeCoder: TextCoder {
  var controls: [String: Int] = ["<sep>": 256]
  func encode(_ text: String, isWhole: Bool) -> [Int] { text.utf8.map(Int.init) }
  func encodeControl(_ text: String) -> [Int] { controls[text].map { [$0] } ?? encode(text, isWhole: false) }
  func id(ofControl piece: String) -> Int? { controls[piece] }
  func piece(of id: Int) -> String? { controls.first { $0.value == id }?.key ?? String(id) }
  func bytes(of id: Int) -> [UInt8]? { id < 256 ? [UInt8(id)] : nil }
  func makeStreamDecoder() -> any TextStreamDecoder { Decoder() }

  struct Decoder: TextStreamDecoder {
    private var pending: [UInt8] = []
    mutating func append(_ id: Int) -> String {
      pending.append(UInt8(truncatingIfNeeded: id))
      guard let text = String(validating: pending, as: UTF8.self) else { return "" }
      pending = []
      return text
    }
    mutating func finish() -> String { String(decoding: pending, as: UTF8.self) }
  }
}

extension Generator {
  init(_ predictor: FakePredictor = FakePredictor()) { self.init(predictor: predictor, coder: FakeCoder()) }
}
