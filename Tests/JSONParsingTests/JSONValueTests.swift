import JSONParsing
import Testing

@Suite struct JSONValueTests {
  @Test func parsesEveryKindInOrder() throws {
    let value = try JSONValue(parsing: #" {"b": [1, -2.5e1, "x", true, false, null], "a": {}} "#)
    #expect(value.object?.keys == ["b", "a"])
    #expect(value["b"] == [1, -25.0, "x", true, false, nil])
    #expect(value["a"] == .object(JSONObject()))
  }

  @Test(arguments: [
    ("0", JSONValue.integer(0)), ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)), ("1e3", .number(1000)),
    ("0.1", .number(0.1)), ("5e-324", .number(.leastNonzeroMagnitude)),
    ("1.7976931348623157E+308", .number(.greatestFiniteMagnitude)),
  ])
  func readsNumbersExactly(text: String, expected: JSONValue) throws {
    let value = try JSONValue(parsing: text)
    #expect(value == expected)
    #expect(value.double?.sign == expected.double?.sign)
  }

  @Test func wholeNumbersOfAnyNotationAreInts() throws {
    #expect(try JSONValue(parsing: "[2.0, 1e3, 2.5]").array?.map(\.int) == [2, 1000, nil])
  }

  @Test func readsEscapes() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00 plain é 😀 and long enough for a word""#
    let expected = "\"\\/\u{8}\u{C}\n\r\té😀 plain é 😀 and long enough for a word"
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  @Test func canonicallyEquivalentKeysAreDifferentKeys() throws {
    let object = try #require(try JSONValue(parsing: "{\"\u{E9}\": 1, \"e\u{301}\": 2}").object)
    #expect(object["\u{E9}"] == 1)
    #expect(object["e\u{301}"] == 2)
  }

  @Test func repeatedKeysAreRejectedOrTheLastCounts() throws {
    let text = #"{"a": 1, "b": 2, "\u0061": 3}"#
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    let object = try #require(try JSONValue(parsing: text, duplicateKeys: .keepLast).object)
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test func manyKeysAreFoundAndRemoved() throws {
    var object = JSONObject((0..<100).map { ("k\($0)", .integer($0)) })
    object["k50"] = nil
    object["k7"] = "seven"
    #expect(object.count == 99)
    #expect(object["k50"] == nil)
    #expect(object["k7"] == "seven")
    #expect((51..<100).allSatisfy { object["k\($0)"] == .integer($0) })
    object["k50"] = 50
    #expect(object.keys.last == "k50")
  }

  @Test func writesWhatItReads() throws {
    let text = #"{"a": [1, -0.0, 0.1, 1e+300, "é\"\\\n\u0001"], "b": {}, "c": [], "d": null}"#
    let value = try JSONValue(parsing: text)
    #expect(value.serialized() == text)
    #expect(String(decoding: value.serializedBytes(compact: true), as: UTF8.self) == text.filter { $0 != " " })
    #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
    #expect(JSONValue.array([1, ["a": []]]).serialized(pretty: true) == "[\n  1,\n  {\n    \"a\": []\n  }\n]")
  }

  @Test func numbersSurviveARoundTrip() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let read = try JSONValue(parsing: JSONValue.number(number).serialized()).double
      #expect(read?.bitPattern == number.bitPattern)
    }
    #expect(JSONValue.array([.number(.nan), .number(.infinity)]).serialized() == "[null, null]")
  }

  @Test func skipsAByteOrderMark() throws {
    #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, UInt8(ascii: "1")]) == 1)
  }
}
