import JSONParsing
import Testing

@Suite struct JSONHostileTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let line: Int
    let column: Int
    let says: String
    init(_ text: String, _ line: Int, _ column: Int, _ says: String) {
      self.init(Array(text.utf8), line, column, says)
    }
    init(_ text: [UInt8], _ line: Int, _ column: Int, _ says: String) {
      (self.text, self.line, self.column, self.says) = (text, line, column, says)
    }
    var testDescription: String { String(decoding: text.prefix(30), as: UTF8.self) }
  }

  static let faults: [Fault] = [
    Fault("", 1, 1, "ends where a value"), Fault("  ", 1, 3, "ends where a value"),
    Fault("[1,\n 2,\n oops]", 3, 2, "expected a value, found 'o'"), Fault("[1 2]", 1, 4, "',' or ']'"),
    Fault("[1,]", 1, 4, "comma before the end"), Fault("[,1]", 1, 2, "expected a value"),
    Fault("[", 1, 2, "ends where"), Fault("[1", 1, 3, "ends where"), Fault("{", 1, 2, "ends where a key"),
    Fault("{1: 2}", 1, 2, "expected a key"), Fault("{\"a\" 1}", 1, 6, "expected ':'"),
    Fault("{\"a\": 1,}", 1, 9, "comma before the end"), Fault("{\"a\": 1 \"b\": 2}", 1, 9, "',' or '}'"),
    Fault("[1}", 1, 3, "',' or ']'"), Fault("1 2", 1, 3, "more text"), Fault("]", 1, 1, "expected a value"),
    Fault("01", 1, 2, "leading zero"), Fault("-", 1, 2, "a digit"), Fault("1.", 1, 3, "a digit"),
    Fault(".5", 1, 1, "expected a value"), Fault("1e", 1, 3, "a digit"), Fault("+1", 1, 1, "expected a value"),
    Fault("1e999", 1, 1, "too large"), Fault("NaN", 1, 1, "NaN"), Fault("-Infinity", 1, 2, "a digit"),
    Fault("tru", 1, 1, "expected true"), Fault("nul", 1, 1, "expected null"), Fault("'a'", 1, 1, "expected a value"),
    Fault("\"abc", 1, 1, "closing quote"), Fault("\"abcdefgh\\", 1, 10, "within an escape"),
    Fault("\"a\nb\"", 1, 3, "control character"), Fault("\"abcdefghi\u{0}\"", 1, 11, "control character"),
    Fault("\"\\x\"", 1, 2, "unknown escape"), Fault("\"\\u12G4\"", 1, 2, "four hexadecimal"),
    Fault("\"\\u12", 1, 2, "four hexadecimal"), Fault("\"\\uD800\"", 1, 2, "surrogate"),
    Fault("\"\\uDC00\"", 1, 2, "surrogate"), Fault("\"\\uD800\\u0041\"", 1, 2, "surrogate"),
    Fault("\"\\uD800\\uD", 1, 2, "surrogate"), Fault("// c\n1", 1, 1, "expected a value"),
    Fault([0x22, 0xFF, 0x22], 1, 2, "UTF-8"), Fault([0x22, 0xC0, 0x80, 0x22], 1, 2, "UTF-8"),
    Fault([0x22, 0xED, 0xA0, 0x80, 0x22], 1, 2, "UTF-8"), Fault([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1, 2, "UTF-8"),
    Fault([0x22, 0xE2, 0x82], 1, 2, "UTF-8"), Fault("{\"a\": 1, \"a\": 2}", 1, 11, "\"a\" is repeated"),
    Fault(String(repeating: "[", count: 1_000_000), 1, 129, "deeper than 128"),
    Fault(String(repeating: "{\"a\":", count: 1_000_000), 1, 641, "deeper than 128"),
  ]

  @Test(arguments: faults)
  func namesTheFaultAndItsPlace(fault: Fault) throws {
    let error = try #require(throws: JSONError.self) { try JSONValue(parsing: fault.text) }
    #expect(error.message.contains(fault.says), "\(error)")
    #expect((error.line, error.column) == (fault.line, fault.column), "\(error)")
  }

  // Passing over a value does not compute numbers nor compare keys.
  @Test(arguments: faults.filter { !$0.says.contains("repeated") && !$0.says.contains("too large") })
  func skippingFindsTheSameFaults(fault: Fault) throws {
    #expect(throws: JSONError.self) {
      var reader = try JSONReader(fault.text)
      try reader.skipValue()
      try reader.finish()
    }
  }

  @Test func everyCutOfATextIsAnError() throws {
    let text = Array(#"{"a": [1.5e3, "\u00e9\ud83d\ude00", true, null], "é": {"b": -1}}"#.utf8)
    for count in 0..<text.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.prefix(count))) }
    }
  }

  @Test func noChangedByteTraps() {
    let text = Array(#"{"a": [1.5e3, "\u00e9\ud83d\ude00", true, null], "é": {"b": -1}}"#.utf8)
    var parsed = 0
    for position in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[position] = byte
        if let value = try? JSONValue(parsing: changed) {
          parsed += 1
          #expect((try? JSONValue(parsing: value.serialized())) == value)
        }
      }
    }
    #expect(parsed > text.count)
  }

  @Test func keysChosenToCollideAreStillFast() throws {
    let text = "{" + (0..<50_000).map { "\"\($0)\": \($0)" }.joined(separator: ",") + "}"
    #expect(try JSONValue(parsing: text).object?.count == 50_000)
  }
}
