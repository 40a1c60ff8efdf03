import Tensors

/// The keys and values of the tokens that a model has already read, so that the next token costs one row of work.
///
/// One cache belongs to one sequence. It grows by pages of 256 tokens, and copies what it holds only where it shares a
/// page with another cache that `fork` made. Layers that see a window or a chunk keep only the pages that a token may
/// still see.
public final class KVCache {
  /// How many tokens it holds.
  public private(set) var count = 0
  /// The most tokens it may hold: the model's context length.
  public let capacity: Int
  /// How keys and values are kept.
  public var types: KVCacheTypes { layout.types }
  /// The bytes that one token takes.
  public var bytesPerToken: Int { layout.bytesPerToken }
  /// The bytes that its pages take now.
  public var allocatedBytes: Int { groups.reduce(0) { $0 + $1.pages.count * $1.layers.bytesPerPage } }

  private let layout: KVCacheLayout
  private let meter: MemoryMeter?
  private var groups: [PageGroup]
  /// By layer: which group its pages belong to, and its place in them.
  private let places: [(group: Int, layer: Int)]

  /// The pages of all layers that see the same tokens: they come and go together.
  private struct PageGroup {
    let layers: KVCacheLayout.Group
    /// How many pages are gone before the first.
    var firstPage = 0
    var pages: [Storage] = []
  }

  /// An empty cache.
  init(_ configuration: Configuration, types: KVCacheTypes, meter: MemoryMeter?) {
    capacity = configuration.contextLength
    self.meter = meter
    layout = KVCacheLayout(configuration, types)
    groups = layout.groups.map { PageGroup(layers: $0) }
    places = layout.places
  }

  private init(sharing other: KVCache) {
    (capacity, layout, meter) = (other.capacity, other.layout, other.meter)
    (groups, places, count) = (other.groups, other.places, other.count)
  }

  /// Another cache with the first `count` tokens of this one, in the same memory: pages are shared until one of the two
  /// writes to them. Nil where layers that see a window have dropped what the next token would attend to.
  public func fork(first count: Int) -> KVCache? {
    guard (0...self.count).contains(count) else { return nil }
    let fork = KVCache(sharing: self)
    return fork.truncate(to: count) == count ? fork : nil
  }

  /// Forgets all tokens after the first `count`, so that another continuation can be tried.
  ///
  /// Layers that see a window have dropped what is older, but for the last `KVCacheLayout.slack` tokens. Where too little
  /// is left for the token that would come next, everything is forgotten.
  /// - Returns: How many tokens it still holds: those asked for, or 0.
  @discardableResult
  public func truncate(to count: Int) -> Int {
    guard count < self.count else { return self.count }
    let isKept = groups.allSatisfy {
      $0.firstPage * layout.pageLength <= $0.layers.pattern.firstKey(for: max(0, count))
    }
    self.count = isKept ? max(0, count) : 0
    for index in groups.indices {
      if self.count == 0 { groups[index].firstPage = 0 }
      let needed = self.count == 0 ? 0 : layout.pageCount(self.count) - groups[index].firstPage
      groups[index].pages.removeLast(max(0, groups[index].pages.count - needed))
    }
    return self.count
  }

  /// Forgets everything.
  public func clear() { truncate(to: 0) }

  /// The bytes that its pages would take with `added` more tokens.
  package func bytes(adding added: Int) -> Int {
    let pages = layout.pageCount(count + added)
    return groups.reduce(0) { $0 + max($1.pages.count, pages - $1.firstPage) * $1.layers.bytesPerPage }
  }

  /// The bytes of the pages that reading `added` more tokens makes anew: further ones, and a copy of the last one where
  /// another cache has it too.
  package func newBytes(adding added: Int) -> Int {
    let pages = layout.pageCount(count + added)
    return groups.indices.reduce(0) { total, index in
      let missing = max(0, pages - groups[index].firstPage - groups[index].pages.count)
      let copied = sharesNextPage(index) ? 1 : 0
      return total + (missing + copied) * groups[index].layers.bytesPerPage
    }
  }

  /// Whether the next token of a group goes to a page that another cache holds too.
  private func sharesNextPage(_ group: Int) -> Bool {
    let page = count / layout.pageLength - groups[group].firstPage
    guard groups[group].pages.indices.contains(page) else { return false }
    return !isKnownUniquelyReferenced(&groups[group].pages[page])
  }

  /// Makes room for `added` more tokens.
  func reserve(_ added: Int) {
    let needed = layout.pageCount(count + added)
    for index in groups.indices {
      if added > 0, sharesNextPage(index) {
        let page = count / layout.pageLength - groups[index].firstPage
        groups[index].pages[page] = groups[index].pages[page].copy()
      }
      while groups[index].firstPage + groups[index].pages.count < needed {
        // Most texts end within their first page, of which every layer and head then has a part that is never touched:
        // to zero all of it would take longer than to read a short prompt.
        let isFirst = groups[index].firstPage + groups[index].pages.count == 0
        groups[index].pages.append(
          Storage(byteCount: groups[index].layers.bytesPerPage, meter: meter, isSparse: isFirst))
      }
    }
  }

  /// One layer's keys and values, in which those of the newest tokens, for which `reserve` made room, are to be written
  /// from `count` on. `commit` counts them once every layer has done so.
  func pages(layer: Int) -> KeyValuePages {
    let (group, place) = places[layer]
    return KeyValuePages(
      layout.format, pages: groups[group].pages, firstPage: groups[group].firstPage, layer: place)
  }

  /// Counts the newest tokens, and drops the pages that no token will see any more.
  func commit(_ added: Int) {
    count += added
    for index in groups.indices {
      let gone = layout.firstPage(groups[index].layers, at: count) - groups[index].firstPage
      guard gone > 0 else { continue }
      groups[index].pages.removeFirst(gone)
      groups[index].firstPage += gone
    }
  }
}
