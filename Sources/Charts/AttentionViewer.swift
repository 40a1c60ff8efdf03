import Foundation

/// What models look at, to explore: for every token, how much it attends to each token before it.
///
///     let viewer = AttentionViewer(
///       texts: ["The dog ran."],
///       models: [.init("GPT", readings: [.init(tokens: ["The", " dog", " ran", "."], weights: layers)])])
///     page.sections.append(PageSection("Attention", contents: [.attention(viewer)]))
///
/// A reader chooses the text, the layer, the head and two models, which stand side by side. Models may cut a text into
/// different tokens and may have different layers and heads; counts that do not fit are filled with nothing.
public struct AttentionViewer: Sendable {
  /// One model's attention while it read one text.
  public struct Reading: Sendable, Hashable {
    /// The text as the model saw it. Spaces and line breaks are shown as signs.
    public var tokens: [String]
    /// For each layer and each of its heads the weights of the lower triangle, row by row: that of the first token to
    /// itself, then those of the second to the first and to itself, and so on. Each is from 0 to 1.
    public var weights: [[[Float]]]

    /// What was measured.
    public init(tokens: [String], weights: [[[Float]]]) {
      self.tokens = tokens
      self.weights = weights
    }
  }

  /// A model with what it did.
  public struct Model: Sendable, Hashable {
    /// What it is called.
    public var name: String
    /// Its reading of each text, in the texts' order.
    public var readings: [Reading]

    /// A model with these readings.
    public init(_ name: String, readings: [Reading]) {
      self.name = name
      self.readings = readings
    }
  }

  /// What was read, as a reader chooses it.
  public var texts: [String]
  /// Who read it. The first and the last are shown at first.
  public var models: [Model]

  /// A viewer of these readings.
  public init(texts: [String], models: [Model]) {
    self.texts = texts
    self.models = models
  }
}

extension AttentionViewer {
  /// The place that the script fills, with the weights.
  func html() -> String {
    let readings = texts.indices.map { i in
      models.map { $0.readings.indices.contains(i) ? $0.readings[i].json : "null" }.joined(separator: ",")
    }
    let data =
      "{\"texts\":[" + texts.map(ScriptData.quoted).joined(separator: ",") + "],\"models\":["
      + models.map { ScriptData.quoted($0.name) }.joined(separator: ",") + "],\"readings\":[["
      + readings.joined(separator: "],[") + "]]}"
    return Markup.element(
      "div", ["class": "attention"],
      Markup.element("noscript", [:], "<p>Attention is drawn by a script, and scripts are off.</p>")
        + Markup.element("script", ["type": "application/json"], data))
  }
}

extension AttentionViewer.Reading {
  /// The tokens, the number of heads of each layer, and all weights as bytes, one head after the other.
  fileprivate var json: String {
    let size = tokens.count * (tokens.count + 1) / 2
    var bytes: [UInt8] = []
    bytes.reserveCapacity(weights.reduce(0) { $0 + $1.count } * size)
    for head in weights.joined() {
      bytes += head.prefix(size).map { UInt8(max(0, min(1, $0.isNaN ? 0 : $0)) * 255 + 0.5) }
      bytes += repeatElement(0, count: size - min(size, head.count))
    }
    return "{\"tokens\":[" + tokens.map { ScriptData.quoted(Self.visible($0)) }.joined(separator: ",")
      + "],\"heads\":[" + weights.map { "\($0.count)" }.joined(separator: ",")
      + "],\"weights\":\"" + Data(bytes).base64EncodedString() + "\"}"
  }

  /// A token as a reader can see it: signs for what has no ink, and nothing that would turn the line around.
  private static func visible(_ token: String) -> String {
    var result = ""
    for scalar in token.unicodeScalars {
      switch scalar {
      case " ": result += "␣"
      case "\n": result += "⏎"
      case "\r": result += "␍"
      case "\t": result += "⇥"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}", "\u{200F}", "\u{2028}"..."\u{202E}",
        "\u{2066}"..."\u{2069}":
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result.isEmpty ? "∅" : result
  }
}
