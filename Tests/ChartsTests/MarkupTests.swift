import Charts
import Testing

@Suite struct MarkupTests {
  @Test func markupBecomesText() {
    #expect(Markup.escaped("<b a=\"1\" b='2'>&amp;") == "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;")
    #expect(Markup.escaped("a\u{0}b\u{1B}c\nd\u{FFFF}") == "a\u{FFFD}b\u{FFFD}c d\u{FFFD}")
    #expect(Markup.escaped("Größe 损失 📉") == "Größe 损失 📉")
  }

  @Test func rowsBreakBetweenWords() {
    #expect(Markup.wrapped("one two three four", size: 12, into: 60, rows: 3) == ["one two", "three", "four"])
    let cut = Markup.wrapped("one two three four five six", size: 12, into: 60, rows: 2)
    #expect(cut.count == 2 && cut[0] == "one two" && cut[1].hasSuffix("…"))
    #expect(Markup.wrapped("  ", size: 12, into: 60, rows: 2).isEmpty)
    #expect(Markup.wrapped("donaudampfschifffahrt", size: 12, into: 60, rows: 2).allSatisfy { $0.hasSuffix("…") })
  }

  @Test func longTextGetsAnEllipsis() {
    #expect(Markup.fitted("short", size: 12, into: 100) == "short")
    let fitted = Markup.fitted("a title that is far too long for its place", size: 12, into: 100)
    #expect(fitted.hasSuffix("…") && Markup.width(fitted, size: 12) <= 100)
    #expect(Markup.fitted("anything", size: 12, into: 0) == "…")
    // Not one letter more would fit.
    #expect(Markup.width(Markup.fitted(String(repeating: "n", count: 1_000_000), size: 12, into: 100), size: 12) > 92)
  }
}
