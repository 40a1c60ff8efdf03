public import Tensors

/// How a cache keeps keys and values.
///
/// `f16` is what most engines take: half of the memory and of the time that a long context costs, and rounding far below
/// that of the weights. `q8_0` and `q4_0` round blocks of 32 numbers, to a half and a quarter of `f16`; keys suffer more
/// than values. `f32` loses nothing.
public struct KVCacheTypes: Sendable, Hashable {
  /// The types to choose from.
  public static let choices: [ElementType] = KeyValueFormat.holdable
  /// The type of the keys.
  public let keys: ElementType
  /// The type of the values.
  public let values: ElementType

  /// Both in float32.
  public static let f32 = KVCacheTypes(.f32, .f32)
  /// Both in float16.
  public static let f16 = KVCacheTypes(.f16, .f16)
  /// Both in blocks of 8-bit numbers.
  public static let q8_0 = KVCacheTypes(.q8_0, .q8_0)

  /// Types for the keys and for the values; nil where one is not among `choices`.
  public init?(keys: ElementType, values: ElementType) {
    guard Self.choices.contains(keys), Self.choices.contains(values) else { return nil }
    self.init(keys, values)
  }

  private init(_ keys: ElementType, _ values: ElementType) { (self.keys, self.values) = (keys, values) }
}

/// Which memory a cache takes: what `KVCache` allocates, and what `ModelInspection` tells without doing so.
struct KVCacheLayout {
  let types: KVCacheTypes
  let format: KeyValueFormat
  let groups: [Group]
  /// By layer: its group, and its place in that group's pages.
  let places: [(group: Int, layer: Int)]

  /// So many of the newest tokens can be forgotten again with no loss in layers that see a window.
  static let slack = 64

  /// Layers that see the same tokens.
  struct Group {
    let pattern: AttentionPattern
    let bytesPerPage: Int
  }

  /// - Parameter configuration: A valid one; sizes are far below what overflows.
  init(_ configuration: Configuration, _ types: KVCacheTypes) {
    self.types = types
    let format = KeyValueFormat(
      keyType: types.keys, valueType: types.values, kvHeadCount: configuration.kvHeadCount,
      headSize: configuration.headSize, contextLength: configuration.contextLength)
    self.format = format
    var patterns: [AttentionPattern] = []
    var counts: [Int] = []
    places = configuration.layers.map { layer in
      let group = patterns.firstIndex(of: layer.pattern) ?? patterns.count
      if group == patterns.count {
        patterns.append(layer.pattern)
        counts.append(0)
      }
      counts[group] += 1
      return (group, counts[group] - 1)
    }
    groups = zip(patterns, counts).map { Group(pattern: $0, bytesPerPage: $1 * format.bytesPerPage) }
  }

  var pageLength: Int { format.pageLength }
  var bytesPerToken: Int { places.count * format.bytesPerToken }

  /// The pages that so many tokens begin.
  func pageCount(_ tokens: Int) -> Int { tokens / pageLength + (tokens % pageLength).signum() }

  /// The first page that is kept once there are so many tokens.
  func firstPage(_ group: Group, at count: Int) -> Int {
    group.pattern.firstKey(for: max(0, count - Self.slack)) / pageLength
  }

  /// The bytes of all pages once there are so many tokens.
  func bytes(at count: Int) -> Int {
    groups.reduce(0) { $0 + max(0, pageCount(count) - firstPage($1, at: count)) * $1.bytesPerPage }
  }
}
