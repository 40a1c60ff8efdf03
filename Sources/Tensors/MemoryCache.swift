import Synchronization

/// Blocks of memory that were used and may be used again.
///
/// Activations and packed operands come and go by the megabyte, always in the same few sizes. The system zeroes every
/// page that it hands out, which costs as much as a good part of the work done in it; a block that is kept costs nothing.
package enum MemoryCache {
  /// How many unused bytes are kept, or more while more than that is in use: a training step gives back all of its
  /// activations, which the next one needs again.
  private static let limit = 512 << 20

  /// Blocks smaller than this are left to the system's allocator, which keeps them itself.
  private static let smallest = 64 << 10

  private struct Blocks {
    var unused: [Int: [UInt]] = [:]  // capacity → addresses
    var unusedBytes = 0
    var usedBytes = 0
  }
  private static let blocks = Mutex(Blocks())

  /// Uninitialised memory of at least `byteCount` bytes, aligned for the widest vector register.
  /// - Returns: The memory, and its capacity, with which it is to be given back.
  static func take(byteCount: Int) -> (memory: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = capacity(for: byteCount)
    let address: UInt? =
      capacity < smallest
      ? nil
      : blocks.withLock { blocks in
        blocks.usedBytes += capacity
        guard let address = blocks.unused[capacity]?.popLast() else { return nil }
        blocks.unusedBytes -= capacity
        return address
      }
    if let address, let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) {
      return unsafe (memory, capacity)
    }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: capacity, alignment: HugePages.alignment(forByteCount: capacity))
    unsafe HugePages.request(memory, byteCount: capacity)
    return unsafe (memory, capacity)
  }

  /// Takes back what `take` gave.
  static func give(_ memory: UnsafeMutableRawPointer, capacity: Int) {
    let isKept =
      capacity >= smallest
      && blocks.withLock { blocks in
        blocks.usedBytes -= capacity
        guard blocks.unusedBytes + capacity <= max(limit, blocks.usedBytes) else { return false }
        blocks.unused[capacity, default: []].append(UInt(bitPattern: memory))
        blocks.unusedBytes += capacity
        return true
      }
    if !isKept { unsafe memory.deallocate() }
  }

  /// Lends `body` memory for `count` numbers.
  static func withFloats<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    let (memory, capacity) = unsafe take(byteCount: count * MemoryLayout<Float>.size)
    defer { unsafe give(memory, capacity: capacity) }
    return unsafe body(memory.assumingMemoryBound(to: Float.self))
  }

  /// Lends `body` pieces of memory for so many numbers each, every piece aligned as the first is.
  static func withFloats<Result>(_ counts: [Int], _ body: ([UnsafeMutablePointer<Float>]) -> Result) -> Result {
    let line = Storage.alignment / MemoryLayout<Float>.size
    let rounded = counts.map { ($0 + line - 1) / line * line }
    return unsafe withFloats(rounded.reduce(0, +)) { memory in
      var next = unsafe memory
      return unsafe body(
        rounded.map { count in
          defer { unsafe next += count }
          return unsafe next
        })
    }
  }

  /// Sizes come in eight steps between powers of two, so that nearly equal requests share blocks.
  private static func capacity(for byteCount: Int) -> Int {
    guard byteCount >= smallest else { return max(byteCount, 1) }
    let step = 1 << (Int.bitWidth - 1 - byteCount.leadingZeroBitCount - 3)
    let (rounded, overflow) = byteCount.addingReportingOverflow(step - 1)
    return overflow ? byteCount : rounded & ~(step - 1)
  }
}
