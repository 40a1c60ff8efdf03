/// The colours of a chart, for a light and a dark screen.
///
/// The series' hues are Okabe and Ito's (2008), which people with any common colour blindness can tell apart, moved in
/// lightness until each has a contrast of at least 3 : 1 to its background, and texts at least 4.5 : 1 (WCAG 2.2). A
/// chart with more series than hues repeats them with dashes.
package struct Palette: Sendable {
  /// What is drawn upon.
  package let surface: String
  /// Numbers and titles.
  package let ink: String
  /// Labels.
  package let muted: String
  /// Lines across the plot, and the one it stands on.
  package let grid, axis: String
  /// One hue per series, in order.
  package let series: [String]
  /// What improved and what became worse: a green and a vermilion that can be told apart without seeing red. Both are
  /// dark enough for text.
  package let better, worse: String
  /// A pale background for what was changed.
  package let changed: String

  package static let light = Palette(
    surface: "#ffffff", ink: "#1b1f24", muted: "#5b6470", grid: "#e9ebee", axis: "#b4bac2",
    series: ["#0b6fb8", "#d55e00", "#00805d", "#a8508a", "#8a6400", "#3d4753"],
    better: "#00775a", worse: "#b84a00", changed: "#e3effa")
  package static let dark = Palette(
    surface: "#14171b", ink: "#eef0f3", muted: "#9aa3af", grid: "#262b31", axis: "#4d545d",
    series: ["#5cb3ec", "#f5904a", "#35c59b", "#de95c4", "#dfb93f", "#c3cad3"],
    better: "#35c59b", worse: "#f5904a", changed: "#16304a")

  /// Dashes for each time round the hues.
  package static let dashes = ["none", "7 4", "2 4"]

  /// The class that gives an element the hue of a place.
  package static func hueClass(_ place: Int) -> String {
    let count = light.series.count
    return "hue\(((place % count) + count) % count)"
  }

  /// The class that tells one dashed line for comparison from the next.
  package static func referenceClass(_ place: Int) -> String {
    "reference" + (place % 3 == 0 ? "" : " dash\((place % 3).magnitude)")
  }

  /// The dashes of a place.
  package static func dash(_ place: Int) -> String {
    dashes[max(0, place) / light.series.count % dashes.count]
  }
}
