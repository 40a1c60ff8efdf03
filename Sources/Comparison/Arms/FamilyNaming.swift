import LanguageModels

extension Configuration {
  /// This decoder as the published family whose config.json can say all of it, so that other programs open what was
  /// trained; a hybrid where there is none. How query, key and value are stored follows the family.
  var inPublishedFamily: Configuration {
    let families: [(Family, fusesQueryKeyValue: Bool)] = [(.gpt1, true), (.gpt2, true), (.gpt3, true), (.llama, false)]
    for (family, fuses) in families {
      var candidate = self
      (candidate.family, candidate.fusesQueryKeyValue) = (family, fuses)
      if candidate.storable == candidate { return candidate }
    }
    var hybrid = self
    (hybrid.family, hybrid.fusesQueryKeyValue) = (.hybrid, false)
    return hybrid
  }
}
