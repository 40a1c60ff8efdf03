/// What rendering one template may cost. A template comes with a model's files, so nobody vouches for it.
public struct TemplateLimits: Hashable, Sendable {
  /// How many statements and expressions may be evaluated; work on long strings and lists counts too, a step for
  /// each 64 bytes.
  public var steps: Int
  /// How many bytes of UTF-8 the result may have.
  public var outputBytes: Int
  /// How many bytes all values that rendering makes may take together, also those that are dropped again.
  public var memoryBytes: Int
  /// How deep statements, expressions and macro calls may nest while rendering.
  public var depth: Int

  /// Limits of one's own.
  public init(steps: Int, outputBytes: Int, memoryBytes: Int, depth: Int) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.memoryBytes = memoryBytes
    self.depth = depth
  }

  /// Far beyond what a long conversation with many tools needs, and over within a fraction of a second.
  public static let standard = TemplateLimits(
    steps: 4_000_000, outputBytes: 1 << 24, memoryBytes: 1 << 28, depth: 400)
}
