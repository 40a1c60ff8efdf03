/// Which earlier tokens a token attends to; never later ones.
public enum AttentionPattern: Sendable, Hashable {
  /// All of them.
  case full
  /// The nearest `window`, itself included: `query - window < key`.
  case banded(window: Int)
  /// Those in the same chunk: `query / size == key / size`.
  case chunked(size: Int)

  /// The first key that a query at `position` attends to. It never falls as the position grows.
  package func firstKey(for position: Int) -> Int {
    switch self {
    case .full: 0
    case .banded(let window): max(0, position - window + 1)
    case .chunked(let size): position / size * size
    }
  }
}
