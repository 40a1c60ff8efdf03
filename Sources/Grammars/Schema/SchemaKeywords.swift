import JSONParsing

/// The types of JSON Schema.
enum SchemaType: String, CaseIterable, Hashable {
  case null, boolean, integer, number, string, array, object

  /// The keywords that say something about values of this type. `integer` leaves them to `number`, so that a schema
  /// without a type means numbers.
  var keywords: [String] {
    switch self {
    case .null, .boolean, .integer: []
    case .number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
    case .string: ["minLength", "maxLength", "pattern", "format"]
    case .array: ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "contains", "uniqueItems"]
    case .object:
      [
        "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
        "maxProperties", "dependentRequired", "dependentSchemas", "dependencies",
      ]
    }
  }

  func includes(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.null, .null), (.boolean, .bool), (.number, .integer), (.number, .number), (.string, .string),
      (.array, .array), (.object, .object), (.integer, .integer):
      true
    case (.integer, .number(let number)): number.rounded() == number
    default: false
    }
  }
}

enum SchemaKeywords {
  /// What would restrict values of any type and cannot be enforced.
  static let unsupported = ["not", "if", "then", "else", "$dynamicRef", "$recursiveRef"]

  private static let general: Set<String> = ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"]
  private static let restricting = general.union(unsupported).union(SchemaType.allCases.flatMap(\.keywords))

  /// Whether a schema says more than annotations do.
  static func restrict(_ schema: JSONObject, except ignored: Set<String> = []) -> Bool {
    schema.keys.contains { restricting.contains($0) && !ignored.contains($0) }
  }
}

/// Where in a schema something stands, as a JSON pointer.
struct SchemaPath: CustomStringConvertible {
  private var steps: [String] = []

  static func + (path: SchemaPath, step: String) -> SchemaPath {
    var longer = path
    // What is shown of a place has a bound, also where schemas are merged again and again.
    if longer.steps.count < 200 { longer.steps.append(step) }
    return longer
  }

  var description: String {
    steps.reduce("#") { pointer, step in
      var escaped = ""
      for scalar in step.unicodeScalars {
        switch scalar {
        case "~": escaped += "~0"
        case "/": escaped += "~1"
        default: escaped.unicodeScalars.append(scalar)
        }
      }
      return pointer + "/" + escaped
    }
  }
}
