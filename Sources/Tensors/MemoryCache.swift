import Synchronization

/// Blocks of memory that were used and may be used again.
///
/// Activations and packed operands come and go by the megabyte, always in the same few sizes. The system zeroes every
/// page that it hands out, which costs as much as a good part of the work done in it; a block that is kept costs nothing.
package enum MemoryCache {
  /// How many unused bytes are kept, or more while more than that is in use: a training step gives back all of its
  /// activations, which the next one needs again.
  private static let limit = 512 << 20

  /// Unused blocks of each size, each of which holds the address of the next one in its first word; 0 after the last.
  private struct Blocks {
    var unused = [UInt](repeating: 0, count: sizeCount)
    var unusedBytes = 0
    var usedBytes = 0
  }
  private static let blocks = Mutex(Blocks())

  /// Uninitialised memory of at least `byteCount` bytes, aligned for the widest vector register.
  /// - Parameter isSparse: Whether only parts of it are expected to be touched; memory that is new then comes in small
  ///   pages.
  /// - Returns: The memory, and its capacity, with which it is to be given back.
  static func take(byteCount: Int, isSparse: Bool = false) -> (memory: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = capacity(for: byteCount)
    let size = sizeIndex(capacity)
    let address = blocks.withLock { blocks in
      blocks.usedBytes += capacity
      let address = blocks.unused[size]
      if let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) {
        blocks.unused[size] = unsafe memory.load(as: UInt.self)
        blocks.unusedBytes -= capacity
      }
      return address
    }
    if let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) { return unsafe (memory, capacity) }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: capacity, alignment: HugePages.alignment(forByteCount: capacity))
    unsafe HugePages.request(memory, byteCount: capacity, isSparse: isSparse)
    return unsafe (memory, capacity)
  }

  /// Takes back what `take` gave.
  static func give(_ memory: UnsafeMutableRawPointer, capacity: Int) {
    let address = UInt(bitPattern: memory)
    let isKept = blocks.withLock { blocks in
      blocks.usedBytes -= capacity
      guard blocks.unusedBytes + capacity <= max(limit, blocks.usedBytes) else { return false }
      if let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) {
        unsafe memory.storeBytes(of: blocks.unused[sizeIndex(capacity)], as: UInt.self)
      }
      blocks.unused[sizeIndex(capacity)] = address
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
    let rounded = counts.map(rounded)
    return unsafe withFloats(rounded.reduce(0, +)) { memory in
      var next = unsafe memory
      return unsafe body(
        rounded.map { count in
          defer { unsafe next += count }
          return unsafe next
        })
    }
  }

  /// A number of floats rounded up to whole cache lines.
  private static func rounded(_ count: Int) -> Int {
    let line = Storage.alignment / MemoryLayout<Float>.size
    return (count + line - 1) / line * line
  }

  /// The same for three pieces, without an array.
  static func withFloats<Result>(
    _ first: Int, _ second: Int, _ third: Int,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Result
  ) -> Result {
    let (one, two) = (rounded(first), rounded(first) + rounded(second))
    return unsafe withFloats(two + third) { unsafe body($0, $0 + one, $0 + two) }
  }

  /// Sizes come in eight steps between powers of two, so that nearly equal requests share blocks.
  private static func capacity(for byteCount: Int) -> Int {
    let byteCount = max(byteCount, Storage.alignment)
    let step = 1 << (Int.bitWidth - 1 - byteCount.leadingZeroBitCount - 3)
    let (rounded, overflow) = byteCount.addingReportingOverflow(step - 1)
    return overflow ? byteCount : rounded & ~(step - 1)
  }

  /// Which of the sizes a capacity is: its power of two, and the step after that.
  private static func sizeIndex(_ capacity: Int) -> Int {
    let power = Int.bitWidth - 1 - capacity.leadingZeroBitCount
    return power * 8 + (capacity >> (power - 3)) & 7
  }
  private static let sizeCount = Int.bitWidth * 8
}
