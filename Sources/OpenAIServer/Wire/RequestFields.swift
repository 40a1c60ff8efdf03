#if Server
  import JSONParsing
  import NIOCore

  /// The fields of a request's JSON object, each read with its type and range: a field of another kind is the client's
  /// mistake, named with its place. `null` is as good as not given, and unknown fields are ignored.
  struct RequestFields {
    let object: JSONObject
    /// Where the object stands in the request, for messages: `messages[0].`
    private let prefix: String

    /// How deep a request may nest.
    static let maximumDepth = 64

    init(_ object: JSONObject, at place: String = "") {
      self.object = object
      prefix = place.isEmpty ? "" : place + "."
    }

    /// The object that is a request's whole body.
    init(body: ByteBuffer) throws(APIError) {
      let value: JSONValue
      do {
        value = try JSONValue(
          parsing: Array(body.readableBytesView), maximumDepth: Self.maximumDepth, duplicateKeys: .keepLast)
      } catch {
        throw .invalid(nil, "the request is not JSON: \(error). Send a JSON object as its body.")
      }
      guard let object = value.object else {
        throw .invalid(nil, "the request is \(Self.kind(value)); send a JSON object as its body.")
      }
      self.init(object)
    }

    /// The place of a field, for messages.
    func place(_ key: String) -> String { prefix + key }

    /// A field that was given.
    subscript(key: String) -> JSONValue? {
      guard let value = object[key], !value.isNull else { return nil }
      return value
    }

    func string(_ key: String, most: Int = .max) throws(APIError) -> String? {
      guard let value = self[key] else { return nil }
      guard let string = value.string else { throw wrongKind(key, value, "a string") }
      guard string.utf8.count <= most else {
        throw .invalid(place(key), "\(place(key)) has \(string.utf8.count) bytes; give at most \(most).")
      }
      return string
    }

    func bool(_ key: String) throws(APIError) -> Bool? {
      guard let value = self[key] else { return nil }
      guard let bool = value.bool else { throw wrongKind(key, value, "true or false") }
      return bool
    }

    func int(_ key: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
      guard let value = self[key] else { return nil }
      guard let int = value.int else { throw wrongKind(key, value, "a whole number") }
      guard range.contains(int) else {
        throw .invalid(place(key), "\(place(key)) is \(int); give \(Self.text(range)).")
      }
      return int
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
      guard let value = self[key] else { return nil }
      guard let number = value.double else { throw wrongKind(key, value, "a number") }
      guard range.contains(number) else {
        throw .invalid(
          place(key), "\(place(key)) is \(number); give a number from \(range.lowerBound) to \(range.upperBound).")
      }
      return number
    }

    func array(_ key: String, most: Int = .max) throws(APIError) -> [JSONValue]? {
      guard let value = self[key] else { return nil }
      guard let array = value.array else { throw wrongKind(key, value, "an array") }
      guard array.count <= most else {
        throw .invalid(place(key), "\(place(key)) has \(array.count) elements; give at most \(most).")
      }
      return array
    }

    /// Strings of which none is empty.
    func texts(_ key: String, most: Int) throws(APIError) -> [String]? {
      guard let list = try array(key, most: most) else { return nil }
      var texts: [String] = []
      for (index, value) in list.enumerated() {
        guard let text = value.string, !text.isEmpty else {
          throw .invalid("\(place(key))[\(index)]", "\(place(key))[\(index)] must be a string that is not empty.")
        }
        texts.append(text)
      }
      return texts
    }

    func fields(_ key: String) throws(APIError) -> RequestFields? {
      guard let value = self[key] else { return nil }
      return try Self.fields(value, at: place(key))
    }

    /// A field that must be an object.
    static func fields(_ value: JSONValue, at place: String) throws(APIError) -> RequestFields {
      guard let object = value.object else {
        throw .invalid(place, "\(place) is \(kind(value)); give an object.")
      }
      return RequestFields(object, at: place)
    }

    /// A field that must be given.
    func required<Value>(_ key: String, _ value: Value?) throws(APIError) -> Value {
      guard let value else { throw .invalid(place(key), "\(place(key)) is missing; give it.") }
      return value
    }

    func wrongKind(_ key: String, _ value: JSONValue, _ wanted: String) -> APIError {
      .invalid(place(key), "\(place(key)) is \(Self.kind(value)); give \(wanted).")
    }

    /// What a value is, for messages.
    static func kind(_ value: JSONValue) -> String {
      switch value {
      case .null: "null"
      case .bool: "a truth value"
      case .integer, .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
      range.upperBound == .max
        ? "a whole number, \(range.lowerBound) or more"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
  }
#endif
