/// A diagram on its way to the page. It is drawn upwards: heights count from the bottom until everything has its place.
struct DecoderDrawing {
  /// The width, which all diagrams share so that they can stand side by side.
  static let width = 200.0
  /// Where data goes up, past which it is led, and the sides of the boxes.
  private static let (trunk, bypass, left, right) = (112.0, 20.0, 34.0, 190.0)
  /// Between two boxes.
  private static let gap = 11.0
  private static let plusRadius = 7.0

  private let diagram: DecoderDiagram
  private let titleRows, subtitleRows: [String]
  /// The marks so far. Each is told how to turn a height into a place from the top.
  private var marks: [(_ flip: (Double) -> Double) -> String] = []
  /// How high the drawing has come.
  private var level = 4.0

  init(_ diagram: DecoderDiagram) {
    self.diagram = diagram
    titleRows = Markup.wrapped(diagram.title, size: 13 * 1.1, into: Self.width, rows: 2)
    subtitleRows = Markup.wrapped(diagram.subtitle, size: 11, into: Self.width, rows: 2)
    climb(diagram.below)
    if !diagram.sublayers.isEmpty { climbLayers() }
    climb(diagram.above)
    arrow(Self.gap + 5)
  }

  /// The whole drawing, with its title right above it.
  var drawing: Drawing {
    let full = (level + 17 * Double(titleRows.count) + 14 * Double(subtitleRows.count) + 12).rounded(.up)
    let head =
      titleRows.enumerated().map { Drawing.text($1, 0, 13 + 17 * Double($0), "row ink strong") }
      + subtitleRows.enumerated().map {
        Drawing.text($1, 0, 13 + 17 * Double(titleRows.count) + 14 * Double($0) - 2, "small")
      }
    return Drawing(
      title: diagram.title, description: description, width: Int(Self.width), height: Int(full),
      content: head.joined() + marks.map { $0 { full - $0 } }.joined())
  }

  /// The diagram in words, for those who do not see it.
  private var description: String {
    func words(_ boxes: [DecoderDiagram.Box]) -> String {
      boxes.map { box in
        ([box.label] + box.details).joined(separator: ", ") + (box.isChanged ? " (changed)" : "")
      }.joined(separator: "; then ")
    }
    let layers = diagram.sublayers.map { sublayer in
      "add \(words(sublayer.branch))" + (sublayer.after.isEmpty ? "" : "; to the sum, \(words(sublayer.after))")
    }
    let parts = [
      diagram.subtitle, diagram.below.isEmpty ? "" : "From the bottom: \(words(diagram.below))",
      layers.isEmpty ? "" : "Repeated \(diagram.layers) times: \(layers.joined(separator: ". Then "))",
      diagram.above.isEmpty ? "" : "At the top: \(words(diagram.above))",
    ]
    return parts.filter { !$0.isEmpty }.map { $0.hasSuffix(".") ? $0 : $0 + "." }.joined(separator: " ")
  }

  // MARK: - Upwards

  private mutating func add(_ height: Double, _ draw: @escaping (_ flip: (Double) -> Double) -> String) {
    marks.append(draw)
    level += height
  }

  /// A wire with a head.
  private mutating func arrow(_ height: Double) {
    let (from, to, x) = (level, level + height, Self.trunk)
    add(height) { flip in
      Drawing.path("wire", [(x, flip(from)), (x, flip(to - 3))])
        + Drawing.path("wirehead", [(x - 3.2, flip(to - 5)), (x, flip(to)), (x + 3.2, flip(to - 5))])
    }
  }

  private mutating func climb(_ boxes: [DecoderDiagram.Box]) {
    for box in boxes {
      if level > 4 { arrow(Self.gap) }
      place(box)
    }
  }

  private mutating func place(_ box: DecoderDiagram.Box) {
    let inner = Self.right - Self.left - 8
    let label = Markup.wrapped(box.label, size: 12, into: inner, rows: 2)
    let details = box.details.prefix(8).flatMap { Markup.wrapped($0, size: 11, into: inner, rows: 2) }
    let height = 9 + 15 * Double(max(1, label.count)) + 13 * Double(details.count)
    let (bottom, top) = (level, level + height)
    add(height) { flip in
      var marks = Drawing.rectangle(
        box.isChanged ? "box changed" : "box", Self.left, flip(top), Self.right, flip(bottom), radius: 4)
      if box.isChanged {
        // The folded corner says it without colour.
        let (x, y) = (Self.right - 0.6, flip(top) + 0.6)
        marks += Drawing.path("marker", [(x - 11, y), (x, y), (x, y + 11)])
      }
      var y = flip(top) + 16
      for row in label {
        marks += Drawing.text(row, Self.trunk, y, "ink middle")
        y += 15
      }
      for row in details {
        marks += Drawing.text(row, Self.trunk, y - 1.5, "small middle")
        y += 13
      }
      return marks
    }
  }

  private mutating func climbLayers() {
    if level > 4 { arrow(Self.gap + 3) }
    let bottom = level
    for sublayer in diagram.sublayers { climb(sublayer) }
    level += 20
    let (top, times) = (level, "× \(NumberText.groups(max(0, diagram.layers)))")
    marks.append { flip in
      Drawing.rectangle("group", 8, flip(top), 197, flip(bottom), radius: 7)
        + Drawing.text(times, 191, flip(top) + 14, "ink strong end")
        + Drawing.path("wire", [(Self.trunk, flip(top - 20)), (Self.trunk, flip(top))])
    }
  }

  private mutating func climb(_ sublayer: DecoderDiagram.Sublayer) {
    let fork = level + 5
    arrow(Self.gap + 6)
    for (i, box) in sublayer.branch.enumerated() {
      if i > 0 { arrow(Self.gap) }
      place(box)
    }
    arrow(Self.gap)
    let (center, radius, x) = (level + Self.plusRadius, Self.plusRadius, Self.trunk)
    add(2 * radius) { flip in
      let y = flip(center)
      let tip = x - radius
      return Drawing.path("wire", [(x, flip(fork)), (Self.bypass, flip(fork)), (Self.bypass, y), (tip - 3, y)])
        + Drawing.path("wirehead", [(tip - 5, y - 3.2), (tip, y), (tip - 5, y + 3.2)])
        + Markup.element(
          "circle",
          [
            "class": "plus", "cx": NumberText.pixel(x), "cy": NumberText.pixel(y), "r": NumberText.pixel(radius),
          ])
        + Drawing.path("wire", [(x - 3.5, y), (x + 3.5, y)]) + Drawing.path("wire", [(x, y - 3.5), (x, y + 3.5)])
    }
    for box in sublayer.after {
      arrow(Self.gap)
      place(box)
    }
  }
}
