import CTensorKernels

/// The copy of a packed weight with its rows interleaved by eight: each of them then has a lane of a vector register, and
/// nothing is added up across lanes. Kernels take half as long over it as over blocks in a row.
struct InterleavedCopy: Sendable {
  private let copy = WeightCopy<Storage>()

  /// Whether a weight has such a copy here.
  static func suits(_ weight: Tensor, _ layout: WeightLayout) -> Bool {
    guard unsafe Kernels.table.interleaved_dots != nil else { return false }
    return layout == .outputMajor && weight.shape.rank == 2 && rowBytes(of: weight) > 0
  }

  /// Whether the copy serves a product of so many rows. With many, 16-bit numbers, where there are such products, may be
  /// faster: the table knows; and they are beside codes of which 16 bits hold the sums of few products only. Those
  /// products fill strips with their rows, so a few dozen do not tell.
  static func serves(_ type: ElementType, rows: Int) -> Bool {
    let most = Kernels.table.interleaved_most
    let isSlower =
      unsafe [.q5_0, .q5_1, .q6_K, .iq4_nl, .iq4_xs, .mxfp4].contains(type)
      && Kernels.table.multiply_fixed != nil
    return rows <= max(fewRows, isSlower ? min(most, Int(CTK_SIDE_BY_SIDE)) : most)
  }

  /// The bytes of eight rows.
  static func rowBytes(of weight: Tensor) -> Int {
    ctk_interleaved_bytes(weight.elementType.ggufCode ?? -1, weight.shape.columnCount)
  }

  /// The copy of the weight that this belongs to, made now if it has not been; nil where memory is too small for it.
  /// - Parameter weight: [output, input], one that `suits`.
  func storage(of weight: Tensor) -> Storage? {
    let group = Int(CTK_INTERLEAVED)
    let groups = (weight.shape.rowCount + group - 1) / group
    return copy.form(byteCount: groups * Self.rowBytes(of: weight), of: weight) {
      Self.interleaved(weight, groups: groups)
    }
  }

  private static func interleaved(_ weight: Tensor, groups: Int) -> Storage {
    let (group, rowBytes) = (Int(CTK_INTERLEAVED), rowBytes(of: weight))
    let storage = Storage(byteCount: groups * rowBytes)
    ThreadPool.shared.run(groups, minimum: max(1, 65_536 / rowBytes)) { range in
      let first = range.lowerBound * group
      unsafe ctk_interleave(
        weight.elementType.ggufCode ?? -1, min(range.upperBound * group, weight.shape.rowCount) - first,
        weight.pointer + first * weight.bytesPerRow, weight.bytesPerRow, storage.base + range.lowerBound * rowBytes)
    }
    return storage
  }
}
