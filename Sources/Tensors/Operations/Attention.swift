import CTensorKernels

/// Which of the keys up to its own position a query attends to.
public enum AttentionPattern: Sendable, Hashable {
  /// All of them.
  case full
  /// The last `window`: `position - window < key <= position`.
  case banded(window: Int)
  /// Those of its own chunk: `position / size == key / size`.
  case chunked(size: Int)
}

/// One sequence's part of a batch: which rows of the queries are its, and what they attend to.
public struct AttentionSegment: Sendable {
  /// The rows of the queries, and of the result, that belong to the sequence.
  public var queryRows: Range<Int>
  /// `[at least keyCount, kvHeadCount · headSize]`: f32, f16 or bf16. Key `j` is at position `j`.
  public var keys: Tensor
  /// As `keys`.
  public var values: Tensor
  /// How many keys there are.
  public var keyCount: Int
  /// The position of the first query.
  public var firstPosition: Int

  public init(queryRows: Range<Int>, keys: Tensor, values: Tensor, keyCount: Int, firstPosition: Int) {
    self.queryRows = queryRows
    self.keys = keys
    self.values = values
    self.keyCount = keyCount
    self.firstPosition = firstPosition
  }
}

/// `softmax(scale · Q Kᵀ) V` by head, causal by position; `[rows, headCount · headSize]`.
/// - Parameters:
///   - queries: `[rows, headCount · headSize]`. Heads `h · g ..< (h + 1) · g` share key/value head `h`, where
///     `g = headCount / kvHeadCount`.
///   - sinks: `[headCount]`: a logit for each head that takes its share of the softmax and brings no value.
public func attention(
  queries: Tensor, segments: [AttentionSegment], headCount: Int, kvHeadCount: Int, headSize: Int, scale: Float,
  pattern: AttentionPattern, sinks: Tensor?
) -> Tensor {
  precondition(headCount % kvHeadCount == 0 && queries.shape.columnCount == headCount * headSize)
  let out = Tensor(zeros: queries.shape)
  let sinks = sinks?.converted(to: .f32)
  let columns = headCount * headSize
  var window = 0
  var chunk = 0
  switch pattern {
  case .full: break
  case .banded(let size): window = max(1, size)
  case .chunked(let size): chunk = max(1, size)
  }
  // One entry for each tile of each segment's queries, the longest first so that no thread is left alone with one.
  var jobs = unsafe [ctk_attention_job]()
  var tiles: [(job: Int, tile: Int)] = []
  for segment in segments where !segment.queryRows.isEmpty {
    precondition(segment.queryRows.upperBound <= queries.shape.rowCount)
    precondition(segment.keys.shape.rowCount >= segment.keyCount && segment.values.shape.rowCount >= segment.keyCount)
    precondition(
      segment.keys.shape.columnCount == kvHeadCount * headSize && segment.keys.shape == segment.values.shape)
    for type in [segment.keys.elementType, segment.values.elementType] {
      precondition(type == .f32 || type == .f16 || type == .bf16, "keys and values cannot be \(type)")
    }
    let first = segment.queryRows.lowerBound
    var job = unsafe ctk_attention_job()
    unsafe job.queries = UnsafePointer(queries.floatPointer + first * columns)
    unsafe job.query_stride = columns
    unsafe job.query_count = segment.queryRows.count
    unsafe job.keys = UnsafeRawPointer(segment.keys.pointer)
    unsafe job.values = UnsafeRawPointer(segment.values.pointer)
    unsafe job.key_type = segment.keys.elementType.kernelType
    unsafe job.value_type = segment.values.elementType.kernelType
    unsafe job.key_count = segment.keyCount
    unsafe job.first_position = segment.firstPosition
    unsafe job.head_count = headCount
    unsafe job.kv_head_count = kvHeadCount
    unsafe job.head_size = headSize
    unsafe job.scale = scale
    unsafe job.window = window
    unsafe job.chunk = chunk
    unsafe job.sinks = UnsafePointer(sinks?.floatPointer)
    unsafe job.out = out.floatPointer + first * columns
    unsafe job.out_stride = columns
    let tileRows = unsafe ctk_attention_tile_rows(&job)
    for tile in (0..<(segment.queryRows.count + tileRows - 1) / tileRows).reversed() {
      tiles.append((unsafe jobs.count, tile))
    }
    unsafe jobs.append(job)
  }
  let table = unsafe Kernels.table
  unsafe jobs.withUnsafeBufferPointer { jobs in
    let jobs = unsafe jobs
    ThreadPool.shared.run(count: tiles.count * kvHeadCount) { index in
      let (job, tile) = tiles[index / kvHeadCount]
      unsafe ctk_attention_tile(table, jobs.baseAddress! + job, tile, index % kvHeadCount)
    }
  }
  return out
}
