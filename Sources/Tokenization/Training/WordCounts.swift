/// How often each word occurs in a text of any size: all that byte pair encoding learns from.
///
///     var counts = WordCounts(.gpt2)
///     while let part = try reader.next() { counts.add(part) }
///
/// Memory is bounded: when there are more distinct words than `maximumWords`, or they take more than 32 bytes each on
/// average, the rarest are forgotten (lossy counting, Manku and Motwani 2002). One that is met again starts at zero; the
/// frequent words, which decide the merges, stay exact once they are frequent.
public struct WordCounts: Sendable {
  /// How text is cut into words.
  public let pattern: WordPattern
  /// The most distinct words that are kept.
  public let maximumWords: Int
  /// How often a forgotten word had been seen at most: 0 while nothing was forgotten.
  public private(set) var forgottenCount = 0

  var words = PieceTable()
  var counts: [Int] = []
  private var byteCount = 0

  /// Longer words, which no language has, are counted in pieces of so many bytes.
  static let longestWord = 4096

  /// Counts of no text yet.
  public init(_ pattern: WordPattern, maximumWords: Int = 5_000_000) {
    self.pattern = pattern
    self.maximumWords = max(1, maximumWords)
  }

  /// How many distinct words are kept.
  public var distinctCount: Int { words.count }

  /// Counts the words of a text, or of a part of one that begins and ends at a word boundary.
  public mutating func add(_ text: [UInt8]) {
    let classes = ScalarClasses.shared
    let scanner = pattern.scanner
    let span = text.span
    var start = 0
    while start < span.count {
      let end = scanner.wordEnd(span, from: start, classes)
      while start < end {
        let part = min(end, start + Self.longestWord)
        count(span.extracting(start..<part), 1)
        start = part
      }
    }
  }

  /// Adds the counts of another text.
  public mutating func add(_ other: WordCounts) {
    for id in 0..<other.words.count {
      let word = other.words.piece(id)
      count(word.span, other.counts[id])
    }
    forgottenCount = max(forgottenCount, other.forgottenCount)
  }

  @inline(__always)
  private mutating func count(_ word: Span<UInt8>, _ times: Int) {
    if let id = words.id(of: word) {
      counts[id] += times
    } else {
      words.insert(word, id: words.count)
      counts.append(times)
      byteCount += word.count
      if words.count > maximumWords || byteCount / 32 > maximumWords { forgetRareWords() }
    }
  }

  private mutating func forgetRareWords() {
    // The smallest count whose words may go so that half of the room is free.
    var limit = 0
    var kept = (words: words.count, bytes: byteCount)
    while kept.words > maximumWords / 2 || kept.bytes / 32 > maximumWords / 2 {
      limit += 1
      kept = (0, 0)
      for id in counts.indices where counts[id] > limit {
        kept.words += 1
        kept.bytes += words.piece(id).count
      }
    }
    var remaining = WordCounts(pattern, maximumWords: maximumWords)
    for id in counts.indices where counts[id] > limit {
      let word = words.piece(id)
      remaining.count(word.span, counts[id])
    }
    remaining.forgottenCount = max(forgottenCount, limit)
    self = remaining
  }
}
