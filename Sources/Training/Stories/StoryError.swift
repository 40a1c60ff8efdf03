/// What a story grammar cannot do, told as a sentence.
public enum StoryError: Error, Equatable, CustomStringConvertible {
  /// A line of a grammar that cannot be read, or means nothing.
  case notation(line: Int, reason: String)
  /// A grammar whose rules do not fit together.
  case grammar(reason: String)
  /// A text that the grammar cannot make. `word` counts from 1.
  case impossible(word: Int, reason: String)

  /// The sentence.
  public var description: String {
    switch self {
    case .notation(let line, let reason): "story grammar, line \(line): \(reason)"
    case .grammar(let reason): "story grammar: \(reason)"
    case .impossible(let word, let reason): "not a story of this grammar: word \(word) \(reason)"
    }
  }
}
