/// Stacks of calls that share their lower parts. A frame is where to go on when the rule above it has ended; equal
/// stacks have the same number, so comparing them is comparing numbers.
struct Frames: Sendable {
  struct Frame: Sendable, Equatable {
    /// A node of the network, or past the last of them a counted repetition.
    let node: Int32
    /// How often a counted repetition has run.
    let count: Int32
    /// The frame below, which always has a lower number; 0 is the bottom.
    let parent: Int32
  }

  private(set) var frames: [Frame] = [Frame(node: -1, count: 0, parent: -1)]
  /// An open hash table of frame numbers; 0 is an empty slot.
  private var slots = [Int32](repeating: 0, count: 64)

  var count: Int { frames.count }
  subscript(_ index: Int32) -> Frame { frames[Int(index)] }

  /// The number of a frame, which is added if it is new.
  mutating func number(_ node: Int32, _ count: Int32 = 0, on parent: Int32) -> Int32 {
    let frame = Frame(node: node, count: count, parent: parent)
    var slot = Self.hash(frame) & (slots.count - 1)
    while slots[slot] != 0 {
      if frames[Int(slots[slot])] == frame { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(frames.count)
    frames.append(frame)
    slots[slot] = number
    if frames.count * 2 > slots.count { grow() }
    return number
  }

  private static func hash(_ frame: Frame) -> Int {
    var hash = UInt64(UInt32(bitPattern: frame.node)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ UInt64(UInt32(bitPattern: frame.parent))) &* 0xC2B2_AE3D_27D4_EB4F
    hash = (hash ^ (hash >> 29) ^ UInt64(UInt32(bitPattern: frame.count))) &* 0x1656_67B1_9E37_79F9
    return Int(truncatingIfNeeded: hash >> 32)
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for number in 1..<frames.count {
      var slot = Self.hash(frames[number]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }

  /// Forgets all frames but those in or below `kept`, which is renumbered.
  mutating func compact(keeping kept: inout [Int32]) {
    var isLive = [Bool](repeating: false, count: frames.count)
    isLive[0] = true
    for top in kept {
      var number = top
      while !isLive[Int(number)] {
        isLive[Int(number)] = true
        number = frames[Int(number)].parent
      }
    }
    var fresh = Frames()
    var numbers = [Int32](repeating: 0, count: frames.count)
    for number in 1..<frames.count where isLive[number] {
      let frame = frames[number]
      numbers[number] = fresh.number(frame.node, frame.count, on: numbers[Int(frame.parent)])
    }
    for index in kept.indices { kept[index] = numbers[Int(kept[index])] }
    self = fresh
  }
}
