import Grammars
import Testing

@Suite struct GBNFTests {
  @Test(arguments: [
    (#"root ::= "yes" | "no" "!""#, ["yes", "no!"], ["", "ye", "yes!", "no", "no!!"]),
    (#"root ::= [a-c]+ "-" [^a-c\n]"#, ["a-z", "abc--", "a-é", "b-𝄞"], ["-z", "a-a", "a-\n", "a-zz", "d-z"]),
    (#"root ::= . "x""#, ["ax", "\nx", "éx", "𝄞x"], ["x", "aax", "a"]),
    (#"root ::= "a"{3}"#, ["aaa"], ["", "aa", "aaaa"]),
    (#"root ::= "a"{2,} "b"{0,2}"#, ["aa", "aaaaab", "aabb"], ["a", "ab", "aabbb"]),
    (#"root ::= ("ab" | "c"){2,3}"#, ["abc", "cc", "cabab"], ["ab", "cccc"]),
    (#"root ::= "a"? "b"*"#, ["", "a", "b", "abbb"], ["aa", "ba"]),
    (
      "# sums\nroot ::= term-1 (\"+\" term-1)* # more\n\nterm-1 ::= [0-9]+ |\n  \"(\" root \")\"\n",
      ["1", "12+3", "(1+2)+3", "((((7))))"], ["", "+", "1+", "(1", "1)", "()"]
    ),
    (#"root ::= "\x41\u00e9\U0001D11E\"\\\n""#, ["Aé𝄞\"\\\n"], ["Aé𝄞\"\\n"]),
    (#"root ::= [\x41-\x43\]\\-]+"#, ["ABC]\\-"], ["D", "["]),
    ("root ::= (\n  \"a\"\n  | \"b\"\n) \"c\"", ["ac", "bc"], ["a", "c"]),
    (#"root ::= ("a"*)* "b""#, ["b", "aaab"], ["a", ""]),
    (#"root ::= (("a"?){3} | "b"+)* "#, ["", "abba", "aaaaaaa"], ["c"]),
    ("root ::= list\nlist ::= \"x\" list | \"\"", ["", "x", "xxxx"], ["y", "xy"]),
    ("root ::= \"(\" root \")\" root | \"\"", ["", "()", "(())()", "((()()))"], ["(", ")", "())"]),
    ("root ::= a a a\na ::= \"x\"?", ["", "x", "xxx"], ["xxxx"]),
    ("root ::= a \"b\" | \"ac\"\na ::= \"a\"", ["ab", "ac"], ["a", "aa"]),
  ]) func takesAndRefuses(_ text: String, _ takes: [String], _ refuses: [String]) throws {
    try check(Grammar(gbnf: text), takes: takes, refuses: refuses)
  }

  /// A counted repetition is not written out, nested ones neither.
  @Test func countsWithoutWritingOut() throws {
    let grammar = try Grammar(gbnf: #"root ::= ("ab" | "c"){100,1000000000} "!" "#)
    #expect(try !grammar.matches(String(repeating: "ab", count: 99) + "!"))
    #expect(try grammar.matches(String(repeating: "ab", count: 100) + "!"))
    #expect(try grammar.matches(String(repeating: "c", count: 3_000) + "!"))
    let nested = try Grammar(gbnf: #"root ::= ("x"{50} "y"?){50}"#)
    #expect(try nested.matches(String(repeating: "x", count: 2_500)))
    #expect(try nested.matches(String(repeating: String(repeating: "x", count: 50) + "y", count: 50)))
    #expect(try !nested.matches(String(repeating: "x", count: 2_450)))
    #expect(try !nested.matches(String(repeating: "x", count: 2_501)))
    let bounded = try Grammar(gbnf: "root ::= w{3,200}\nw ::= [a-z]? \" \"?")
    #expect(try bounded.matches(""))
    #expect(try bounded.matches(String(repeating: "a ", count: 200)))
    #expect(try !bounded.matches(String(repeating: "a ", count: 201)))
  }

  @Test(
    arguments: [
      ("root ::= \"a", GrammarError.Code.syntax, "line 1, column 10"),
      ("root ::= [a-", .syntax, "line 1, column 10"), ("root ::= [z-a]", .syntax, "line 1, column 11"),
      ("root ::= (\"a\"", .syntax, "line 1, column 14"), ("root ::= \"a\")", .syntax, "line 1, column 13"),
      ("root ::= *", .syntax, "line 1, column 10"), ("root ::= \"a\"**", .syntax, "line 1, column 14"),
      ("root ::= \"a\"{2,1}", .syntax, "line 1, column 13"), ("root ::= \"a\"{x}", .syntax, "line 1, column 14"),
      ("root ::= \"\\q\"", .syntax, "line 1, column 11"), ("root ::= \"\\uD800\"", .syntax, "line 1, column 11"),
      ("root ::= \"a\"\nroot ::= \"b\"", .syntax, "line 2, column 1"), ("root = \"a\"", .syntax, "line 1, column 6"),
      ("root ::= other", .undefined, "line 1, column 10"), ("rot ::= \"a\"", .undefined, nil), ("", .undefined, nil),
      ("root ::= \"a\"{99999999999999999999}", .tooLarge, "line 1, column 14"),
      ("root ::= <think>", .unsupported, "line 1, column 10"),
      ("root ::= root \"a\" | \"b\"", .leftRecursion, nil),
      ("root ::= a\na ::= \"\" b \"x\"\nb ::= c | \"y\"\nc ::= (a)? \"z\"", .leftRecursion, nil),
      ("root ::= e a \"x\" | \"y\"\ne ::= \"e\"*\na ::= root", .leftRecursion, nil),
      ("root ::= \"a\" root", .unsatisfiable, nil), ("root ::= []", .unsatisfiable, nil),
      ("root ::= root", .unsatisfiable, nil), ("root ::= (root){200} \"a\" | \"b\"", .leftRecursion, nil),
    ] as [(String, GrammarError.Code, String?)])
  func namesWhatIsWrongAndWhere(_ text: String, _ code: GrammarError.Code, _ place: String?) {
    let error = error { () throws(GrammarError) in try Grammar(gbnf: text) }
    #expect(error?.code == code, "\(text)")
    #expect(error?.place == place, "\(text) \(error?.message ?? "")")
  }
}
