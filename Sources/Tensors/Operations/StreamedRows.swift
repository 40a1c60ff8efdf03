/// Which rows of a weight the threads take: each begins with a share of them, and takes it in pieces.
///
/// A thread reads its share from several places, each from front to back, piece by piece, so that the processor always
/// knows what comes next. Pieces are so small that no thread waits long for another's last one.
///
/// A first-level cache keeps few lines whose addresses differ by whole pages. Places a multiple of a page apart would
/// drive each other's out, so a share leaves a few rows over where that sets its places better apart.
package struct StreamedRows {
  /// Some rows, as many from each of several places.
  package struct Piece {
    package let first, streams, apart, rows: Int
    /// What the streams of a share leave over; empty but in the share's last piece.
    package let rest: Range<Int>
  }

  /// How many pieces each share has; one where a thread is alone.
  package let pieceCount: Int
  /// Rows that a kernel takes together.
  package let group: Int
  private let rowCount, shares, streams: Int
  /// Groups that each place has in a share.
  private let each: Int

  /// - Parameters:
  ///   - groupBytes: Those of the rows that a kernel takes together.
  ///   - streams: From how many places a thread reads.
  ///   - isSpread: Whether places are to be in different parts of a page.
  ///   - bytes: Those of all weights of which a thread takes the same rows at a time.
  ///   - regionBytes: Those of all weights that the threads share.
  package init(
    rowCount: Int, group: Int, groupBytes: Int, streams: Int, isSpread: Bool, shares: Int, bytes: Int, regionBytes: Int
  ) {
    (self.rowCount, self.group, self.streams, self.shares) = (rowCount, group, streams, shares)
    let most = rowCount / group / shares / streams
    each = isSpread && streams > 1 ? Self.spread(most, streams: streams, groupBytes: groupBytes) : most
    guard shares > 1 else {
      pieceCount = 1
      return
    }
    let pieceBytes = min(max(Self.smallestPiece, regionBytes / (shares * Self.piecesPerShare)), Self.largestPiece)
    pieceCount = max(1, min(most, bytes / shares / pieceBytes))
  }

  package func piece(_ number: Int, share: Int) -> Piece {
    let (first, last) = (rowCount / group * share / shares * group, rowCount / group * (share + 1) / shares * group)
    let (begin, end) = (each * number / pieceCount * group, each * (number + 1) / pieceCount * group)
    let rest = first + streams * each * group..<(share == shares - 1 ? rowCount : last)
    return Piece(
      first: first + begin, streams: streams, apart: each * group, rows: end - begin,
      rest: number == pieceCount - 1 ? rest : rest.upperBound..<rest.upperBound)
  }

  /// How many groups to give each place, at most so many and not much fewer, that all begin in other parts of a page.
  private static func spread(_ most: Int, streams: Int, groupBytes: Int) -> Int {
    for each in stride(from: most, through: most - most / leastSpread, by: -1) {
      let isSpread = (1..<streams).allSatisfy { place in
        let offset = place * each * groupBytes % pageBytes
        return min(offset, pageBytes - offset) >= leastDistance
      }
      if isSpread { return each }
    }
    return most
  }

  private static let pageBytes = 4096
  private static let leastDistance = 512
  /// One of so many groups may be left over for it.
  private static let leastSpread = 16
  private static let smallestPiece = 32 << 10
  private static let largestPiece = 128 << 10
  private static let piecesPerShare = 8
}
