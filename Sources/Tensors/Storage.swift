import Synchronization

/// A block of memory that tensors share: allocated by Swiftlet, or a file mapped into the address space.
///
/// Only `Tensors` sees the pointer, so that memory of another device can stand behind it later.
@safe public final class Storage: @unchecked Sendable {
  /// The size of the block.
  public let byteCount: Int
  /// Whether this is a mapped file, whose bytes must not be written.
  public let isMapped: Bool
  package let base: UnsafeMutableRawPointer
  /// A number that no other storage has, nor gets when this one is gone.
  package let identity = Storage.identities.wrappingAdd(1, ordering: .relaxed).newValue
  private static let identities = Atomic<Int>(0)
  private let mapping: MappedFile?
  private let capacity: Int
  private let meter: MemoryMeter?

  /// Alignment of allocated memory: a cache line, and the widest vector register.
  static let alignment = 64

  /// Allocates uninitialised memory.
  /// - Parameters:
  ///   - meter: What counts it for as long as it lives.
  ///   - isSparse: Whether only parts of it are expected to be touched.
  package init(byteCount: Int, meter: MemoryMeter? = nil, isSparse: Bool = false) {
    self.byteCount = byteCount
    self.meter = meter
    meter?.add(byteCount)
    isMapped = false
    mapping = nil
    unsafe (base, capacity) = MemoryCache.take(byteCount: byteCount, isSparse: isSparse)
  }

  /// Shares the bytes of a mapped file, which stays mapped for as long as this storage lives.
  package init(mapping: MappedFile) {
    self.mapping = mapping
    meter = nil
    byteCount = mapping.byteCount
    isMapped = true
    capacity = 0
    unsafe base = UnsafeMutableRawPointer(mutating: mapping.base)
  }

  /// Gives back the memory of a mapped file's pages that have been read; nothing where this is no file.
  package func releasePages(_ range: Range<Int>) { mapping?.release(range) }

  deinit {
    if mapping == nil { unsafe MemoryCache.give(base, capacity: capacity) }
    meter?.add(-byteCount)
  }

  /// New memory with the same bytes.
  package func copy() -> Storage {
    let copy = Storage(byteCount: byteCount, meter: meter)
    unsafe copy.base.copyMemory(from: base, byteCount: byteCount)
    return copy
  }
}
