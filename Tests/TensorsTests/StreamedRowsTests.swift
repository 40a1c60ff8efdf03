import Tensors
import Testing

/// The threads' shares of a weight, and the pieces and places that these are read in.
@Suite struct StreamedRowsTests {
  /// Rows that kernels take together, their bytes, and the places that they read: of F16, Q8_0, and interleaved Q4_0 and
  /// Q4_K with 2048 columns.
  static let forms = [(1, 4096, 4), (1, 2176, 2), (8, 9216, 4), (8, 9472, 4)]

  private func rows(
    _ form: (group: Int, bytes: Int, streams: Int), _ rowCount: Int, shares: Int, isSpread: Bool = true
  ) -> StreamedRows {
    let bytes = rowCount / form.group * form.bytes
    return StreamedRows(
      rowCount: rowCount, group: form.group, groupBytes: form.bytes, streams: form.streams, isSpread: isSpread,
      shares: shares, bytes: bytes, regionBytes: bytes)
  }

  @Test(arguments: forms, [8192, 2048, 1031, 344, 129, 7])
  func everyRowIsTakenOnce(_ form: (Int, Int, Int), _ rowCount: Int) {
    for (shares, isSpread) in [(1, true), (2, true), (2, false), (3, true), (8, true)] {
      let rows = rows(form, rowCount, shares: shares, isSpread: isSpread)
      var taken = [Int](repeating: 0, count: rowCount)
      for share in 0..<shares {
        for number in 0..<rows.pieceCount {
          let piece = rows.piece(number, share: share)
          for place in 0..<piece.streams {
            for row in 0..<piece.rows { taken[piece.first + place * piece.apart + row] += 1 }
          }
          for row in piece.rest { taken[row] += 1 }
        }
      }
      #expect(taken.allSatisfy { $0 == 1 }, "\(shares) shares")
    }
  }

  /// Rows of 4096 bytes have no choice.
  @Test(arguments: forms.dropFirst(), [8192, 2048])
  func placesAreNotTheSamePartOfAPage(_ form: (Int, Int, Int), _ rowCount: Int) {
    let rows = rows(form, rowCount, shares: 2)
    let piece = rows.piece(0, share: 1)
    let offsets = (0..<form.2).map { $0 * piece.apart / form.0 * form.1 % 4096 }
    for (index, offset) in offsets.enumerated() {
      for other in offsets[..<index] {
        let distance = abs(offset - other)
        #expect(min(distance, 4096 - distance) >= 512, "\(offsets)")
      }
    }
    let left = (0..<rows.pieceCount).reduce(0) { $0 + rows.piece($1, share: 1).rest.count }
    #expect(left <= rowCount / 2 / 8, "\(left) rows are left over")
  }
}
