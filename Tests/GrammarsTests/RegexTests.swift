import Grammars
import Testing

@Suite struct RegexTests {
  @Test(arguments: [
    ("abc", ["abc"], ["ab", "abcd", "xabc"]), ("^abc$", ["abc"], ["^abc$"]), ("^a|b$|c", ["a", "b", "c"], ["ab"]),
    ("a|bc|", ["", "a", "bc"], ["b"]), ("(a|b)*c", ["c", "abbac"], ["ab"]), ("(?:ab)+?", ["ab", "abab"], [""]),
    (#"\d{2,4}-\w+"#, ["12-a_9", "1234-Z"], ["1-a", "12345-a", "12-é"]), (#"\s\S"#, [" a", "\u{2003}é"], ["a "]),
    (#"[^\d\s]+"#, ["aé-"], ["a1", "a b"]), (#"[\w.-]+"#, ["a.b-c"], ["a b"]), (".", ["a", "é", "𝄞"], ["\n", "ab"]),
    (#"\u00e9\x41\u{1D11E}\uD834\uDD1E\cA\t"#, ["éA𝄞𝄞\u{1}\t"], ["e"]), ("a{0}b", ["b"], ["ab"]),
    ("a{,2}", ["a{,2}"], ["aa"]),
    ("(?<year>[0-9]{4})", ["2024"], ["24"]), ("[]a]*", [], ["]"]), ("[^]", ["\n", "x"], [""]),
    (#"\/\.\*\("#, ["/.*("], ["/a*("]),
    ("((a*)*)*b", ["b", "aaab"], ["a"]), ("(a|aa|aaa){3}", ["aaa", "aaaaaaaaa"], ["aa", "aaaaaaaaaa"]),
    ("((?:ab){1,40}c?){1,3}", ["ab", String(repeating: "ab", count: 120)], ["", String(repeating: "ab", count: 121)]),
  ]) func takesAndRefuses(_ pattern: String, _ takes: [String], _ refuses: [String]) throws {
    if pattern == "[]a]*" {
      // An empty class matches nothing, so what follows it can never be reached.
      #expect(error { () throws(GrammarError) in try Grammar(regex: pattern) }?.code == .unsatisfiable)
      return
    }
    try check(Grammar(regex: pattern), takes: takes, refuses: refuses)
  }

  @Test(arguments: [
    ("^+", GrammarError.Code.syntax), ("foo**", .syntax), ("*a", .syntax), ("a++", .syntax), ("(a", .syntax),
    ("a)", .syntax), ("[a", .syntax), ("[z-a]", .syntax), (#"[a-\d]"#, .syntax), ("a\\", .syntax), ("a{2,1}", .syntax),
    (#"\q"#, .syntax), (#"\u12"#, .syntax), (#"\uD800"#, .syntax), (#"(a)\1"#, .unsupported), ("(?=a)", .unsupported),
    ("(?!a)", .unsupported), ("(?<=a)b", .unsupported), ("(?<!a)b", .unsupported), (#"\bword"#, .unsupported),
    (#"\p{L}"#, .unsupported), ("(?i)a", .unsupported), ("a^b", .unsupported), ("(a$)b", .unsupported),
    ("a{9999999999}", .tooLarge),
  ]) func refusesClearly(_ pattern: String, _ code: GrammarError.Code) {
    #expect(error { () throws(GrammarError) in try Grammar(regex: pattern) }?.code == code, "\(pattern)")
  }
}
