import Charts
import Testing

@Suite struct DecoderDiagramTests {
  private func diagram() -> DecoderDiagram {
    var diagram = DecoderDiagram(title: "GPT", subtitle: "1.2 M parameters")
    diagram.below = [.init("token embedding", details: ["1,024 × 128"])]
    diagram.layers = 4
    diagram.sublayers = [
      .init(branch: [.init("LayerNorm"), .init("attention", details: ["4 heads"], isChanged: true)]),
      .init(branch: [.init("feed-forward")], after: [.init("RMSNorm")]),
    ]
    diagram.above = [.init("head, tied")]
    return diagram
  }

  /// From the bottom to the top: the boxes as they are drawn, and the sums between them.
  private func order(_ drawing: ParsedXML) -> [String] {
    var marks: [(y: Double, name: String)] = []
    for (name, attributes) in drawing.elements {
      if attributes["class"] == "plus", let y = attributes["cy"].flatMap(Double.init) { marks.append((y, "+")) }
      if attributes["class"]?.hasPrefix("box") == true, let y = attributes["y"].flatMap(Double.init) {
        marks.append((y, attributes["class"] ?? name))
      }
    }
    return marks.sorted { $0.y > $1.y }.map(\.name)
  }

  @Test func dataGoesUp() throws {
    let drawing = try #require(parsedXML(diagram().svg()))
    #expect(order(drawing) == ["box", "box", "box changed", "+", "box", "+", "box", "box"])
    for word in ["1,024 × 128", "× 4", "4 heads", "1.2 M parameters"] { #expect(drawing.text.contains(word)) }
  }

  /// Colour alone would not tell everybody.
  @Test func whatChangedHasAMark() throws {
    let drawing = try #require(parsedXML(diagram().svg()))
    #expect(drawing.all("path").filter { $0["class"] == "marker" }.count == 1)
    #expect(drawing.text.contains("attention, 4 heads (changed)"))
  }

  @Test func thoseWhoDoNotSeeItAreTold() throws {
    let drawing = try #require(parsedXML(diagram().svg()))
    #expect(drawing.all("title").count == 1 && drawing.all("desc").count == 1)
    #expect(
      drawing.text.contains(
        "Repeated 4 times: add LayerNorm; then attention, 4 heads (changed). "
          + "Then add feed-forward; to the sum, RMSNorm."))
  }

  @Test func nothingLeavesTheDrawing() throws {
    var diagram = diagram()
    let long = String(repeating: "word ", count: 60) + String(repeating: "w", count: 300)
    diagram.below = [.init(long, details: [long, "", long])]
    (diagram.title, diagram.subtitle) = (long, long)
    let drawing = try #require(parsedXML(diagram.svg()))
    let height = try #require(drawing.all("svg")[0]["height"].flatMap(Double.init)) - 32
    for rect in drawing.all("rect").dropFirst() {
      let (y, size) = (rect["y"].flatMap(Double.init) ?? -1, rect["height"].flatMap(Double.init) ?? -1)
      #expect(y >= 0 && size > 0 && y + size <= height)
    }
    // Two rows of title and two below it, and then the boxes.
    let heads = drawing.all("text").filter { $0["class"] == "row ink strong" || $0["class"] == "small" }
    let highest = try #require(drawing.all("rect").dropFirst().compactMap { $0["y"].flatMap(Double.init) }.min())
    #expect(heads.count == 4 && heads.compactMap { $0["y"].flatMap(Double.init) }.allSatisfy { $0 + 16 < highest })
    let baselines = drawing.all("text").compactMap { $0["y"].flatMap(Double.init) }
    #expect(baselines.allSatisfy { $0 > 0 && $0 <= height })
  }

  @Test func anythingMayBeInIt() throws {
    #expect(parsedXML(DecoderDiagram(title: "").svg()) != nil)
    var diagram = DecoderDiagram(title: "</svg><script>")
    diagram.layers = .min
    diagram.sublayers = [.init(branch: []), .init(branch: [.init("<b>\u{1}", details: ["&"])])]
    diagram.above = [DecoderDiagram.Box](repeating: .init("box"), count: 2000)
    let drawing = try #require(parsedXML(diagram.svg()))
    #expect(drawing.all("script").isEmpty && order(drawing).filter { $0 == "box" }.count == 2001)
    #expect(diagram.svg() == diagram.svg())
  }
}
