import ArgumentParser
import Swiftlet

/// How the keys and values of the tokens that a model has read are kept.
struct CacheFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How keys and values of earlier tokens are kept. Smaller types are faster after many tokens, and less exact. (default: f16)",
      valueName: "type"))
  var cacheType: CacheType?

  @Option(help: ArgumentHelp("The same for the keys alone.", valueName: "type"))
  var cacheTypeK: CacheType?

  @Option(help: ArgumentHelp("The same for the values alone.", valueName: "type"))
  var cacheTypeV: CacheType?

  /// What was asked for.
  var types: KVCacheTypes {
    let plain = KVCacheTypes.f16
    return KVCacheTypes(
      keys: (cacheTypeK ?? cacheType)?.elementType ?? plain.keys,
      values: (cacheTypeV ?? cacheType)?.elementType ?? plain.values) ?? plain
  }
}

/// A type that a cache can have.
struct CacheType: ExpressibleByArgument {
  let elementType: ElementType

  static var allValueStrings: [String] { KVCacheTypes.choices.map(\.rawValue) }

  init?(argument: String) {
    guard let type = ElementType(argument: argument, among: KVCacheTypes.choices) else { return nil }
    elementType = type
  }
}
