/// How large a grammar may be. Grammars come from requests, so each thing that costs time or memory has a bound.
enum GrammarLimits {
  /// Bytes of a grammar or a regular expression.
  static let textBytes = 1 << 18
  /// How deep groups, schemas and expressions may nest.
  static let nesting = 100
  /// Rules, those included that are made for repetitions and schemas.
  static let rules = 20_000
  /// Nodes and edges of all rules before they are made deterministic.
  static let nodes = 400_000
  /// Edges of all rules afterwards.
  static let edges = 1_000_000
  /// A repetition that would take more nodes than this written out is counted instead.
  static let unrolledNodes = 128
  /// The largest bound of a repetition.
  static let repetitions = 1_000_000_000
  /// Values and subschemas of one schema.
  static let schemaNodes = 20_000
  /// How often the schemas of an `allOf` or around a `$ref` are merged.
  static let merges = 10_000
  /// Characters of the names that other members of an object must differ from.
  static let comparedNames = 10_000
  /// In how many ways the text so far may be read at once.
  static let configurations = 1_024
  /// Steps that finding the tokens allowed after one text may take.
  static let maskSteps = 2_000_000
  /// Bytes of the allowed tokens that are kept per grammar and vocabulary.
  static let keptMaskBytes = 16 << 20
}
