import Charts
import Foundation
import Testing

@Suite struct AttentionViewerTests {
  private struct Shown: Decodable {
    struct Reading: Decodable {
      let tokens: [String]
      let heads: [Int]
      let weights: String
      var bytes: [UInt8]? { Data(base64Encoded: weights).map { [UInt8]($0) } }
    }
    let texts: [String]
    let models: [String]
    let readings: [[Reading?]]
  }

  private func html(_ viewer: AttentionViewer) -> String {
    var page = ChartPage(title: "")
    page.sections = [PageSection(contents: [.attention(viewer)])]
    return page.html()
  }

  /// What the script reads.
  private func shown(_ viewer: AttentionViewer) throws -> Shown {
    let parts = html(viewer).components(separatedBy: "<script type=\"application/json\">")
    #expect(parts.count == 2)
    let data = try #require(parts.last?.components(separatedBy: "</script>").first)
    return try JSONDecoder().decode(Shown.self, from: Data(data.utf8))
  }

  @Test func weightsAreBytes() throws {
    let reading = AttentionViewer.Reading(
      tokens: ["a", "b"], weights: [[[1, 0.25, 0.75], [1, 0.5, 0.5]], [[1, 0, 1]]])
    let found = try shown(.init(texts: ["ab"], models: [.init("GPT", readings: [reading])])).readings[0][0]
    #expect(found?.heads == [2, 1])
    #expect(found?.bytes == [255, 64, 191, 255, 128, 128, 255, 0, 255])
  }

  @Test func whatDoesNotFitIsFilled() throws {
    let reading = AttentionViewer.Reading(
      tokens: ["a", "b"], weights: [[[1], [1, 0, 1, 9, 9]], [], [[.nan, -3, .infinity]]])
    let found = try shown(
      .init(texts: ["one", "two"], models: [.init("GPT", readings: [reading]), .init("none", readings: [])]))
    #expect(found.readings[0][0]?.bytes == [255, 0, 0, 255, 0, 255, 0, 0, 255])
    #expect(found.readings[0][0]?.heads == [2, 0, 1])
    #expect(found.readings[0][1] == nil && found.readings[1].count == 2 && found.readings[1][0] == nil)
    #expect(try shown(.init(texts: [], models: [])).texts.isEmpty)
  }

  /// A token is the place where anybody's text comes closest to the script.
  @Test func tokensStayTokens() throws {
    let hostile = "</script><!--<script>alert('\"\\&')\u{2028}\u{0}"
    let viewer = AttentionViewer(
      texts: [hostile], models: [.init(hostile, readings: [.init(tokens: [hostile], weights: [[[1]]])])])
    let found = try shown(viewer)
    #expect(found.texts == [hostile] && found.models == [hostile])
    #expect(found.readings[0][0]?.tokens == ["</script><!--<script>alert('\"\\&')\u{FFFD}\u{FFFD}"])
    #expect(!html(viewer).contains("<script>alert") && !html(viewer).contains("<!--"))
  }

  @Test func whatHasNoInkGetsASign() throws {
    let tokens = [" dog", "\n", "\r\n", "\t", "", "\u{202E}x", "é 👩‍🔬"]
    let reading = AttentionViewer.Reading(tokens: tokens, weights: [])
    let found = try shown(.init(texts: ["t"], models: [.init("m", readings: [reading])])).readings[0][0]
    #expect(found?.tokens == ["␣dog", "⏎", "␍⏎", "⇥", "∅", "\u{FFFD}x", "é␣👩‍🔬"])
  }

  @Test func withoutScriptsItSaysSo() {
    let viewer = AttentionViewer(texts: [], models: [])
    #expect(html(viewer).contains("<noscript><p>Attention is drawn by a script"))
    // And a page without it does not carry its script.
    #expect(html(viewer).contains("getContext") && !ChartPage(title: "").html().contains("getContext"))
    #expect(html(viewer) == html(viewer))
  }
}
