import Checkpoints
import JSONParsing

extension GGUFValue {
  /// The value as JSON would hold it, so that both kinds of configuration are read alike; nil for arrays.
  var json: JSONValue? {
    switch self {
    case .string(let text): .string(text)
    case .bool(let flag): .bool(flag)
    case .array: nil
    default: int.map { .integer($0) } ?? double.map { .number($0) }
    }
  }
}
