import Synchronization

/// How many bytes the storages that were made with it take, those that several users share counted once.
public final class MemoryMeter: Sendable {
  private let bytes = Atomic<Int>(0)

  /// A meter that has counted nothing.
  public init() {}

  /// The bytes in use now.
  public var usedBytes: Int { bytes.load(ordering: .relaxed) }

  package func add(_ count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
}
