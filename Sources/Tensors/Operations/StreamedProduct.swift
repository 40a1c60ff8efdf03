import CTensorKernels

/// Rows of x against weights of which each is read once, and met by every row of x: as many of them as `serves` says, or
/// `InterleavedCopy.serves` where a weight has such a copy.
///
/// Packed weights meet x as signed bytes, in dot products of whole numbers; plain ones meet it in float32. Either way a
/// row of x gets the same bits whatever stands beside it: a sequence that is generated beside others is the same text.
struct StreamedProduct {
  struct Part {
    let linear: Linear
    let interleaved: Storage?
    let out: Tensor  // [rows, output]
    var ending = ProductEnding.none

    /// Rows that lie in memory together.
    var group: Int { interleaved == nil ? 1 : Int(CTK_INTERLEAVED) }
    var groupBytes: Int {
      interleaved == nil ? linear.weight.bytesPerRow : InterleavedCopy.rowBytes(of: linear.weight)
    }
    /// Rows that its kernel takes together where x has several.
    var tileRows: Int {
      if interleaved != nil { return group }
      let type = linear.weight.elementType
      return type.plainCode != nil ? Kernels.table.dots_rows : type == .q8_0 ? max(1, Kernels.table.block_dots_rows) : 1
    }
    /// Places that it reads at once.
    var streams: Int {
      if interleaved != nil { return Int(CTK_INTERLEAVED_STREAMS) }
      return Int(linear.weight.elementType.isBlocked ? CTK_BLOCK_STREAMS : CTK_STREAMS)
    }
  }

  private let x: Tensor  // [rows, input]
  private let parts: [Part]

  init(_ x: Tensor, _ parts: [Part]) {
    self.x = x
    self.parts = parts
  }

  /// Whether this is how so many rows meet a weight that has no copy: `fewRows` always, and of the types whose kernels
  /// take several rows of x together as many as these are faster for than products of many rows.
  static func serves(_ type: ElementType, rows: Int) -> Bool {
    let table = Kernels.table
    return rows <= max(fewRows, type.plainCode != nil ? table.dots_most : type == .q8_0 ? table.block_dots_most : 0)
  }

  func run() {
    let totalBytes = parts.reduce(0) { $0 + $1.linear.weight.byteCount }
    let shares = max(1, min(ThreadPool.shared.threadCount, totalBytes * x.shape.rowCount / Self.smallestShare))
    let isGated = shares > 1 && isGated
    var bytes: [ByteRows] = []
    // Operands hold addresses in them.
    defer { withExtendedLifetime((self, bytes)) {} }
    func operand(_ part: Part) -> StreamedWeight {
      let weight = part.linear.weight
      // Several rows of x make enough to compute of each weight that memory keeps up with one place. Plain rows that
      // are not in the caches are read faster with all places at the same part of a page.
      let rows = StreamedRows(
        rowCount: weight.shape.rowCount, group: x.shape.rowCount > 1 ? part.tileRows : part.group,
        groupBytes: part.groupBytes,
        streams: x.shape.rowCount == 1 ? part.streams : 1,
        isSpread: weight.elementType.isBlocked || totalBytes / shares <= Self.cacheBytes, shares: shares,
        bytes: isGated ? totalBytes : weight.byteCount, regionBytes: totalBytes)
      guard let order = byteOrder(part) else { return StreamedWeight(part, rows, x, nil) }
      if let own = bytes.first(where: { $0.order == order }) { return StreamedWeight(part, rows, x, own) }
      // Mostly once: types of 256 and of 32 meet in one product where a row is no whole number of 256.
      bytes.append(ByteRows(x, order: order))
      return StreamedWeight(part, rows, x, bytes.last)
    }
    // Small weights cost so little that an array of operands would show.
    if shares == 1 {
      for part in parts { operand(part).multiply(0, share: 0) }
      return
    }
    unsafe parts.map(operand).withUnsafeBufferPointer { operands in
      let own = unsafe isGated ? operands[0].rows.pieceCount : operands.reduce(0) { $0 + $1.rows.pieceCount }
      ThreadPool.shared.run(shares * own) { index in
        let share = index / own
        var piece = index % own
        if isGated {
          for part in operands.indices { unsafe operands[part].multiply(piece, share: share) }
          return
        }
        var part = 0
        while unsafe piece >= operands[part].rows.pieceCount {
          unsafe piece -= operands[part].rows.pieceCount
          part += 1
        }
        unsafe operands[part].multiply(piece, share: share)
      }
    }
  }

  /// Whether the second of two parts of the same form needs the same rows of the first for its ending.
  private var isGated: Bool {
    guard parts.count == 2, case .gate = parts[1].ending else { return false }
    return true
  }

  /// The order that a weight's kernel wants x in; nil for plain types and where the table has no such kernel.
  private func byteOrder(_ part: Part) -> Int32? {
    let type = part.linear.weight.elementType
    guard type.isBlocked, unsafe Kernels.table.block_dots != nil, let code = type.ggufCode else { return nil }
    if part.interleaved != nil { return ctk_interleaved_order(code) }
    let order = ctk_byte_order(code)
    return order == Int32(CTK_BYTES_NONE) ? nil : order
  }

  /// Bytes that a row of x meets in less time than it takes another thread to begin: less than that is not shared.
  private static let smallestShare = 128 << 10
  /// What a core's own cache holds.
  private static let cacheBytes = 512 << 10
}
