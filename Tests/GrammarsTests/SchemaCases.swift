import Grammars
import JSONParsing
import Testing

/// Values that python's jsonschema calls valid or invalid under a schema. Of the valid ones, `narrower` are those that
/// this package does not write: members out of order, undeclared members, numbers in another notation.
struct SchemaCase: Sendable {
  let schema: String
  let takes: [String]
  let refuses: [String]
  var narrower: [String] = []
}

extension SchemaCase {
  static let all: [SchemaCase] = [
    SchemaCase(
      schema: #"{"type":"string"}"#,
      takes: [#""""#, #""a""#, #""é\n\u0041""#],
      refuses: [#"1"#, #"null"#, #"["a"]"#]),
    SchemaCase(
      schema: #"{"type":"integer"}"#,
      takes: [#"0"#, #"-5"#, #"123"#],
      refuses: [#"1.5"#, #""1""#, #"true"#],
      narrower: [#"1.0"#, #"1e2"#]),
    SchemaCase(
      schema: #"{"type":"number"}"#,
      takes: [#"0"#, #"-0.5"#, #"1e10"#, #"3.25"#],
      refuses: [#""1""#, #"null"#]),
    SchemaCase(
      schema: #"{"type":"boolean"}"#,
      takes: [#"true"#, #"false"#],
      refuses: [#"0"#, #"null"#]),
    SchemaCase(
      schema: #"{"type":"null"}"#,
      takes: [#"null"#],
      refuses: [#"0"#, #""""#]),
    SchemaCase(
      schema: #"{"type":["string","null"]}"#,
      takes: [#""a""#, #"null"#],
      refuses: [#"1"#]),
    SchemaCase(
      schema: #"{"type":["integer","number"]}"#,
      takes: [#"1"#, #"1.5"#],
      refuses: [#""""#]),
    SchemaCase(
      schema: #"true"#,
      takes: [#"1"#, #"{"a":[1]}"#],
      refuses: []),
    SchemaCase(
      schema: #"{}"#,
      takes: [#"1"#, #"[]"#, #"{"a":null}"#, #""x""#],
      refuses: []),
    SchemaCase(
      schema: #"{"enum":["red",1,null,true,["a"],{"b":2}]}"#,
      takes: [#""red""#, #"1"#, #"null"#, #"true"#, #"["a"]"#, #"{"b":2}"#, #"{"b": 2}"#],
      refuses: [#""blue""#, #"2"#, #"false"#, #"["b"]"#, #"{}"#]),
    SchemaCase(
      schema: #"{"const":"a\"b"}"#,
      takes: [#""a\"b""#],
      refuses: [#""a""#]),
    SchemaCase(
      schema: #"{"type":"string","enum":["a",1]}"#,
      takes: [#""a""#],
      refuses: [#"1"#]),
    SchemaCase(
      schema: #"{"enum":[1,5,10,"x"],"minimum":3}"#,
      takes: [#"5"#, #"10"#, #""x""#],
      refuses: [#"1"#]),
    SchemaCase(
      schema: #"{"enum":["ab","abc","x"],"maxLength":2}"#,
      takes: [#""ab""#, #""x""#],
      refuses: [#""abc""#]),
    SchemaCase(
      schema: #"{"enum":["ab","b"],"pattern":"^a"}"#,
      takes: [#""ab""#],
      refuses: [#""b""#]),
    SchemaCase(
      schema: #"{"type":"string","minLength":2,"maxLength":3}"#,
      takes: [#""ab""#, #""abc""#, #""é\u00e9𝄞""#],
      refuses: [#""""#, #""a""#, #""abcd""#]),
    SchemaCase(
      schema: #"{"type":"string","minLength":2}"#,
      takes: [#""ab""#, #""abcdef""#],
      refuses: [#""a""#]),
    SchemaCase(
      schema: #"{"type":"string","maxLength":0}"#,
      takes: [#""""#],
      refuses: [#""a""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"^[a-z]+$"}"#,
      takes: [#""abc""#],
      refuses: [#""""#, #""a1""#, #""A""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"b.d"}"#,
      takes: [#""bad""#, #""xxbad yy""#],
      refuses: [#""bd""#, #""bxxd""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"^a|z$"}"#,
      takes: [#""abc""#, #""xyz""#],
      refuses: [#""bc""#, #""zx""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"^\"\\\\\n$"}"#,
      takes: [#""\"\\\n""#],
      refuses: [#""a""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"^[^a]$"}"#,
      takes: [#""b""#, #""\"""#, #""\n""#, #""é""#],
      refuses: [#""a""#, #""""#]),
    SchemaCase(
      schema: #"{"type":"string","pattern":"^[0-9]{3}$","maxLength":5}"#,
      takes: [#""123""#],
      refuses: [#""12""#, #""12345""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"date"}"#,
      takes: [#""2024-02-29""#, #""1999-12-31""#],
      refuses: [#""2023-02-29""#, #""2024-13-01""#, #""2024-1-1""#, #""2024-04-31""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"uuid"}"#,
      takes: [#""123e4567-e89b-12d3-a456-426614174000""#],
      refuses: [#""123e4567""#, #""123e4567-e89b-12d3-a456-42661417400g""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"ipv4"}"#,
      takes: [#""127.0.0.1""#, #""255.255.255.255""#],
      refuses: [#""256.0.0.1""#, #""1.2.3""#, #""01.2.3.4""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"ipv6"}"#,
      takes: [#""::1""#, #""::""#, #""1:2:3:4:5:6:7:8""#, #""fe80::1:2""#, #""1::""#, #""1:2:3:4:5:6:7::""#],
      refuses: [#""1:2""#, #""1::2::3""#, #"":::""#, #""12345::""#, #""1:2:3:4:5:6:7:8:9""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"email"}"#,
      takes: [#""a.b@example.org""#],
      refuses: [#""a""#, #""a b""#]),
    SchemaCase(
      schema: #"{"type":"string","format":"anything"}"#,
      takes: [#""x""#],
      refuses: [#"1"#]),
    SchemaCase(
      schema: #"{"type":"integer","minimum":-3,"maximum":12}"#,
      takes: [
        #"-3"#, #"-2"#, #"-1"#, #"0"#, #"1"#, #"2"#, #"3"#, #"4"#, #"5"#, #"6"#, #"7"#, #"8"#, #"9"#, #"10"#, #"11"#,
        #"12"#,
      ],
      refuses: [#"-4"#, #"13"#, #"100"#, #"-10"#, #"1.5"#]),
    SchemaCase(
      schema: #"{"type":"integer","minimum":98,"exclusiveMaximum":1205}"#,
      takes: [#"98"#, #"99"#, #"100"#, #"999"#, #"1000"#, #"1199"#, #"1204"#],
      refuses: [#"97"#, #"1205"#, #"9"#, #"12050"#]),
    SchemaCase(
      schema: #"{"type":"integer","exclusiveMinimum":-120,"maximum":-7}"#,
      takes: [#"-119"#, #"-100"#, #"-99"#, #"-7"#, #"-10"#],
      refuses: [#"-120"#, #"-6"#, #"0"#, #"-1"#, #"7"#]),
    SchemaCase(
      schema: #"{"type":"integer","minimum":0.5,"maximum":3.5}"#,
      takes: [#"1"#, #"2"#, #"3"#],
      refuses: [#"0"#, #"4"#]),
    SchemaCase(
      schema: #"{"type":"integer","minimum":5}"#,
      takes: [#"5"#, #"9"#, #"10"#, #"123456789"#],
      refuses: [#"4"#, #"0"#, #"-5"#]),
    SchemaCase(
      schema: #"{"type":"integer","multipleOf":10}"#,
      takes: [#"0"#, #"10"#, #"-250"#],
      refuses: [#"5"#, #"101"#]),
    SchemaCase(
      schema: #"{"type":"number","multipleOf":0.01}"#,
      takes: [#"1"#, #"1.5"#, #"2.25"#],
      refuses: [#"1.123"#]),
    SchemaCase(
      schema: #"{"type":"number","minimum":0,"maximum":1}"#,
      takes: [#"0"#, #"1"#, #"0.5"#, #"1.0"#, #"0.00"#, #"1.000"#, #"0.999"#],
      refuses: [#"1.1"#, #"-0.1"#, #"2"#, #"1.0001"#]),
    SchemaCase(
      schema: #"{"type":"number","exclusiveMinimum":0}"#,
      takes: [#"0.1"#, #"5"#, #"0.001"#, #"123.5"#],
      refuses: [#"0"#, #"-1"#, #"0.0"#],
      narrower: [#"1e5"#]),
    SchemaCase(
      schema: #"{"type":"number","minimum":-1.25,"exclusiveMaximum":2.5}"#,
      takes: [#"-1.25"#, #"-1.2"#, #"-1"#, #"-0.1"#, #"0"#, #"2.49"#, #"2"#, #"2.4"#, #"1.99"#],
      refuses: [#"-1.26"#, #"-1.3"#, #"-2"#, #"2.5"#, #"2.50"#, #"3"#, #"2.51"#]),
    SchemaCase(
      schema: #"{"type":"number","minimum":0.125,"maximum":0.3}"#,
      takes: [#"0.125"#, #"0.13"#, #"0.2"#, #"0.3"#, #"0.30"#, #"0.1251"#, #"0.29"#],
      refuses: [#"0.12"#, #"0.1"#, #"0.31"#, #"0"#, #"0.301"#, #"0.1249"#]),
    SchemaCase(
      schema: #"{"type":"number","maximum":-2.5}"#,
      takes: [#"-2.5"#, #"-3"#, #"-2.51"#, #"-10.0"#],
      refuses: [#"-2.4"#, #"0"#, #"-2"#, #"2.6"#]),
    SchemaCase(
      schema: #"{"minimum":3}"#,
      takes: [#"3"#, #"4.5"#],
      refuses: [#"2"#],
      narrower: [#""x""#]),
    SchemaCase(
      schema: #"{"type":"array","items":{"type":"integer"}}"#,
      takes: [#"[]"#, #"[1]"#, #"[1, 2,3]"#, "[\n  1,\n  2\n]"],
      refuses: [#"["a"]"#, #"[1,null]"#, #"{}"#]),
    SchemaCase(
      schema: #"{"type":"array","minItems":2,"maxItems":3,"items":{"type":"null"}}"#,
      takes: [#"[null,null]"#, #"[null,null,null]"#],
      refuses: [#"[]"#, #"[null]"#, #"[null,null,null,null]"#]),
    SchemaCase(
      schema: #"{"type":"array","maxItems":0}"#,
      takes: [#"[]"#],
      refuses: [#"[1]"#]),
    SchemaCase(
      schema: #"{"type":"array","items":false}"#,
      takes: [#"[]"#],
      refuses: [#"[1]"#]),
    SchemaCase(
      schema: #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]}"#,
      takes: [#"["a",1]"#, #"["a"]"#, #"[]"#],
      refuses: [#"[1]"#, #"["a","b"]"#],
      narrower: [#"["a",1,null]"#]),
    SchemaCase(
      schema: #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false,"minItems":2}"#,
      takes: [#"["a",1]"#],
      refuses: [#"["a"]"#, #"["a",1,2]"#, #"[]"#]),
    SchemaCase(
      schema:
        #"{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"},"minItems":2,"maxItems":3}"#,
      takes: [#"["a",1]"#, #"["a",1,2]"#],
      refuses: [#"["a"]"#, #"["a",1,2,3]"#, #"["a","b"]"#, #"[1,1]"#]),
    SchemaCase(
      schema: #"{"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"maxItems":1}"#,
      takes: [#"[]"#, #"["a"]"#],
      refuses: [#"["a",null]"#]),
    SchemaCase(
      schema:
        #"{"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"items":{"type":"integer"},"minItems":1}"#,
      takes: [#"["a"]"#, #"["a",null]"#, #"["a",null,1,2]"#],
      refuses: [#"[]"#, #"["a",1]"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"additionalProperties":false}"#,
      takes: [
        #"{}"#, #"{"a":1}"#, #"{"b":"x"}"#, #"{"c":null}"#, #"{"a": 1, "b": "x"}"#, #"{"a":1,"c":null}"#,
        #"{"b":"","c":null}"#, #"{"a":1,"b":"","c":null}"#,
      ],
      refuses: [#"{"d":1}"#, #"{"a":"x"}"#],
      narrower: [#"{"b":"x","a":1}"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"additionalProperties":false,"required":["b"]}"#,
      takes: [#"{"b":"x"}"#, #"{"a":1,"b":""}"#, #"{"b":"","c":null}"#],
      refuses: [#"{}"#, #"{"a":1}"#, #"{"a":1,"c":null}"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"additionalProperties":false,"required":["a","c"]}"#,
      takes: [#"{"a":1,"c":null}"#, #"{"a":1,"b":"","c":null}"#],
      refuses: [#"{"a":1}"#, #"{"c":null}"#, #"{}"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"additionalProperties":false,"minProperties":1}"#,
      takes: [#"{"a":1}"#, #"{"c":null}"#],
      refuses: [#"{}"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"additionalProperties":false,"minProperties":3}"#,
      takes: [#"{"a":1,"b":"","c":null}"#],
      refuses: [#"{}"#, #"{"a":1}"#, #"{"a":1,"b":""}"#]),
    SchemaCase(
      schema: #"{"type":"object","properties":{"a":{"type":"integer"}}}"#,
      takes: [#"{}"#, #"{"a":1}"#],
      refuses: [#"{"a":""}"#],
      narrower: [#"{"b":1}"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"ab":{"type":"integer"},"ac":{"type":"integer"},"":{}},"required":["ab"],"additionalProperties":{"type":"string"}}"#,
      takes: [
        #"{"ab":1}"#, #"{"ab":1,"a":"x"}"#, #"{"ab":1,"abc":"x","ad":"y","b":"z"}"#, #"{"ab":1,"ac":2,"é\n":""}"#,
      ],
      refuses: [#"{"ab":1,"x":2}"#, #"{"ab":1,"ac":"x"}"#, #"{"a":"x"}"#],
      narrower: [#"{"x":"","ab":1}"#]),
    SchemaCase(
      schema: #"{"type":"object"}"#,
      takes: [#"{}"#, #"{"a":[{}]}"#],
      refuses: [#"[]"#]),
    SchemaCase(
      schema: #"{"type":"object","additionalProperties":{"type":"integer"}}"#,
      takes: [#"{}"#, #"{"x":1,"y":2}"#],
      refuses: [#"{"x":""}"#]),
    SchemaCase(
      schema: #"{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}"#,
      takes: [#"{"x":1}"#, #"{"x":1,"y":2}"#],
      refuses: [#"{}"#, #"{"x":1,"y":2,"z":3}"#]),
    SchemaCase(
      schema: #"{"type":"object","additionalProperties":false}"#,
      takes: [#"{}"#],
      refuses: [#"{"a":1}"#]),
    SchemaCase(
      schema: #"{"type":"object","patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}"#,
      takes: [#"{}"#, #"{"x-a":1}"#],
      refuses: [#"{"a":1}"#, #"{"x-a":""}"#]),
    SchemaCase(
      schema: #"{"type":"object","propertyNames":{"enum":["a","b"]},"additionalProperties":{"type":"integer"}}"#,
      takes: [#"{"a":1,"b":2}"#],
      refuses: [#"{"c":1}"#]),
    SchemaCase(
      schema: #"{"type":"object","required":["q"],"additionalProperties":{"type":"integer"}}"#,
      takes: [#"{"q":1}"#, #"{"q":1,"r":2}"#],
      refuses: [#"{}"#, #"{"r":1}"#, #"{"q":""}"#]),
    SchemaCase(
      schema: #"{"type":"object","properties":{"a\"\\é/~":{"type":"null"}},"required":["a\"\\é/~"]}"#,
      takes: [#"{"a\"\\é/~":null}"#],
      refuses: [#"{}"#]),
    SchemaCase(
      schema: #"{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}"#,
      takes: [#""a""#, #"7"#],
      refuses: [#"3"#, #"null"#]),
    SchemaCase(
      schema: #"{"oneOf":[{"const":1},{"const":2}]}"#,
      takes: [#"1"#, #"2"#],
      refuses: [#"3"#]),
    SchemaCase(
      schema:
        #"{"type":"object","properties":{"k":{"type":"string"}},"required":["k"],"anyOf":[{"properties":{"k":{"const":"a"},"v":{"type":"integer"}},"required":["v"]},{"properties":{"k":{"const":"b"}}}]}"#,
      takes: [#"{"k":"a","v":1}"#, #"{"k":"b"}"#],
      refuses: [#"{"k":"a"}"#, #"{"k":"c"}"#]),
    SchemaCase(
      schema:
        #"{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"string"},"a":{"minimum":3}},"required":["b"]}]}"#,
      takes: [#"{"a":3,"b":""}"#],
      refuses: [#"{"a":2,"b":""}"#, #"{"a":3}"#, #"{"b":""}"#]),
    SchemaCase(
      schema:
        #"{"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"a":{"type":"null"},"b":{}}}],"type":"object"}"#,
      takes: [#"{}"#, #"{"a":null}"#],
      refuses: [#"{"b":1}"#, #"{"a":1}"#]),
    SchemaCase(
      schema: #"{"allOf":[{"enum":[1,2,3]},{"enum":[2,3,4]}],"maximum":2}"#,
      takes: [#"2"#],
      refuses: [#"1"#, #"3"#, #"4"#]),
    SchemaCase(
      schema: #"{"allOf":[{"type":["string","integer"]},{"type":["number","null"]}]}"#,
      takes: [#"3"#],
      refuses: [#""a""#, #"null"#, #"3.5"#]),
    SchemaCase(
      schema:
        ##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}}}"##,
      takes: [#"{"v":1,"next":null}"#, #"{"v":1,"next":{"v":2,"next":{"v":3,"next":null}}}"#],
      refuses: [#"{"v":1}"#, #"{"v":1,"next":{"v":2}}"#]),
    SchemaCase(
      schema: ##"{"type":"array","items":{"$ref":"#"}}"##,
      takes: [#"[]"#, #"[[],[[]]]"#],
      refuses: [#"[1]"#]),
    SchemaCase(
      schema: ##"{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{"const":1}}}"##,
      takes: [#"1"#],
      refuses: [#"2"#]),
    SchemaCase(
      schema:
        ##"{"properties":{"x":{"$ref":"#/$defs/p","minimum":5}},"required":["x"],"type":"object","$defs":{"p":{"type":"integer","maximum":9}}}"##,
      takes: [#"{"x":5}"#, #"{"x":9}"#],
      refuses: [#"{"x":4}"#, #"{"x":10}"#]),
    SchemaCase(
      schema:
        #"{"title":"t","description":"d","default":1,"examples":[1],"$schema":"https://json-schema.org/draft/2020-12/schema","$comment":"c","type":"integer","readOnly":true,"x-order":3}"#,
      takes: [#"1"#],
      refuses: [#""a""#]),
    SchemaCase(
      schema: #"{"type":"array","items":{"type":"string"},"uniqueItems":false}"#,
      takes: [#"["a","a"]"#],
      refuses: [#"[1]"#]),
  ]
}
