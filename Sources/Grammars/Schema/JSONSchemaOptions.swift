/// How values are written that satisfy a schema, and what to do where it cannot be followed.
public struct JSONSchemaOptions: Sendable, Hashable {
  /// The white space between the parts of a JSON text.
  public enum Whitespace: Sendable, Hashable {
    /// None, or after `{`, `[` and `,` and before `}` and `]` one space or a new line with up to 32 spaces or tabs,
    /// and one space after `:`. Bounded, so that a model cannot write white space for ever.
    case flexible
    /// None: fewest tokens, but not what most models have learned to write.
    case compact
  }

  /// The white space that may be written.
  public var whitespace: Whitespace
  /// Whether keywords that would restrict the value but cannot be enforced (`not`, `uniqueItems`, …) are passed over
  /// instead of refused. Then what is written may break the schema in these points; for tools whose schemas are hints.
  public var ignoresUnsupported: Bool

  /// Options for compiling a schema.
  public init(whitespace: Whitespace = .flexible, ignoresUnsupported: Bool = false) {
    self.whitespace = whitespace
    self.ignoresUnsupported = ignoresUnsupported
  }
}
