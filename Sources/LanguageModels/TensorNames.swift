/// What a file format calls a family's parameters, and which matrices it stores the other way round.
///
/// Entries are keyed by the parameter's name without its last word, the layer number replaced by `{}`:
/// `"layers.{}.attention.query": "@layers.{}.self_attn.q_proj"`. The last word follows by itself (`weight`, `bias`;
/// a norm's `gain` is a file's `weight`). An entry for the whole name wins over one for its stem.
/// `@` stands for any of `prefixes`; alternatives are separated by `|`, the one to write first.
struct TensorNames: Sendable {
  /// What may stand before the names of the decoder's tensors; the first is written.
  let prefixes: [String]
  /// The entries.
  let entries: [String: String]
  /// The stems whose matrices are stored [input, output].
  let transposed: Set<String>

  init(prefixes: [String] = [""], transposed: Set<String> = [], _ entries: [String: String]) {
    self.prefixes = prefixes
    self.transposed = transposed
    self.entries = entries
  }

  /// Every name that a parameter may have, the one to write first, and whether its matrix is stored transposed.
  func stored(_ parameter: String) -> (names: [String], isTransposed: Bool) {
    var words = parameter.split(separator: ".").map(String.init)
    var layer = ""
    if words.first == "layers", words.count > 2 {
      layer = words[1]
      words[1] = "{}"
    }
    let whole = words.joined(separator: ".")
    let last = words.removeLast()
    let stem = words.joined(separator: ".")
    let pattern: String
    if let entry = entries[whole] {
      pattern = entry
    } else if let entry = entries[stem] {
      let suffix = "." + (last == "gain" ? "weight" : last)
      pattern = entry.split(separator: "|").map { $0 + suffix }.joined(separator: "|")
    } else {
      return ([parameter], false)
    }
    let names = pattern.split(separator: "|").flatMap { alternative -> [String] in
      let name = alternative.replacing("{}", with: layer)
      return name.hasPrefix("@") ? prefixes.map { $0 + name.dropFirst() } : [String(name)]
    }
    return (names, last == "weight" && transposed.contains(stem))
  }
}
