/// A string that remembers where each stretch of it is from: from the template, or from data that a request supplied.
///
/// Bytes rather than a `String`, because Python compares code points (Swift takes é and e + ´ for the same) and
/// indexes them. A run ends between code points.
struct Text: Sendable {
  /// A stretch of one origin, from the end of the run before it.
  struct Run: Sendable, Equatable {
    var end: Int
    var isData: Bool
  }

  /// Where a string is from. Nearly all strings have one origin only.
  enum Origin: Sendable, Equatable {
    case template
    case data
    /// At least two runs, neighbours of unlike origin, none empty, the last one ending with the string.
    case mixed([Run])

    init(isData: Bool) { self = isData ? .data : .template }
  }

  /// UTF-8.
  let bytes: [UInt8]
  let origin: Origin
  /// Whether HTML's special characters were escaped, as Python's `Markup` says.
  var isMarkup = false

  init(_ bytes: [UInt8], _ origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  init(_ string: some StringProtocol, isData: Bool = false) {
    self.init(Array(string.utf8), Origin(isData: isData))
  }

  static let empty = Text([], .template)

  var string: String { String(decoding: bytes, as: UTF8.self) }
  var isEmpty: Bool { bytes.isEmpty }

  /// How many bytes of memory it takes, those that tell the origins included.
  var size: Int {
    if case .mixed(let runs) = origin { bytes.count + 16 * runs.count } else { bytes.count }
  }

  /// The number of code points.
  var count: Int {
    var count = 0
    for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// The same string marked as escaped HTML, or no longer.
  func marked(_ isMarkup: Bool = true) -> Text {
    var copy = self
    copy.isMarkup = isMarkup
    return copy
  }

  /// The runs, also of a string with one origin.
  var runs: [Run] {
    switch origin {
    case .template: isEmpty ? [] : [Run(end: bytes.count, isData: false)]
    case .data: isEmpty ? [] : [Run(end: bytes.count, isData: true)]
    case .mixed(let runs): runs
    }
  }

  /// A stretch of the string, of bytes that begin and end code points.
  func slice(_ range: Range<Int>) -> Text {
    if range.count == bytes.count { return self }
    let piece = Array(bytes[range])
    guard case .mixed(let runs) = origin else { return Text(piece, origin).marked(isMarkup) }
    var builder = TextBuilder()
    var start = range.lowerBound
    for run in runs[Text.firstRun(in: runs, endingAfter: start)...] {
      let end = min(run.end, range.upperBound)
      if start >= end { break }
      builder.append(bytes[start..<end], isData: run.isData)
      start = end
    }
    return builder.finish().marked(isMarkup)
  }

  /// By halving, so that going through a string of many runs piece by piece stays cheap.
  private static func firstRun(in runs: [Run], endingAfter offset: Int) -> Int {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].end > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }

  static func + (a: Text, b: Text) -> Text {
    if a.isEmpty { return b.marked(a.isMarkup || b.isMarkup) }
    if b.isEmpty { return a.marked(a.isMarkup || b.isMarkup) }
    var builder = TextBuilder()
    builder.bytes.reserveCapacity(a.bytes.count + b.bytes.count)
    builder.append(a)
    builder.append(b)
    return builder.finish().marked(a.isMarkup || b.isMarkup)
  }

  /// Whether two strings have the same code points, wherever they are from.
  static func == (a: Text, b: Text) -> Bool { a.bytes == b.bytes }

  /// Whether `a` comes first; UTF-8 sorts as its code points do.
  static func < (a: Text, b: Text) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

/// A string in the making.
struct TextBuilder {
  var bytes: [UInt8] = []
  /// Finished runs; what lies beyond the last one has no origin of its own yet.
  private var runs: [Text.Run] = []

  init() {}

  mutating func append(_ text: Text) {
    switch text.origin {
    case .template: append(text.bytes, isData: false)
    case .data: append(text.bytes, isData: true)
    case .mixed(let newRuns):
      var start = 0
      for run in newRuns {
        append(text.bytes[start..<run.end], isData: run.isData)
        start = run.end
      }
    }
  }

  mutating func append(_ new: some Collection<UInt8>, isData: Bool) {
    if new.isEmpty { return }
    bytes.append(contentsOf: new)
    if let last = runs.indices.last, runs[last].isData == isData {
      runs[last].end = bytes.count
    } else {
      runs.append(Text.Run(end: bytes.count, isData: isData))
    }
  }

  /// Adds punctuation, digits and the like, which take on the origin of what is beside them.
  mutating func appendNeutral(_ new: some Sequence<UInt8>) {
    bytes.append(contentsOf: new)
    if let last = runs.indices.last { runs[last].end = bytes.count }
  }

  mutating func appendNeutral(_ text: String) { appendNeutral(text.utf8) }

  func finish() -> Text {
    switch runs.count {
    case 0: Text(bytes, .template)
    case 1: Text(bytes, Text.Origin(isData: runs[0].isData))
    default: Text(bytes, .mixed(runs))
    }
  }
}
