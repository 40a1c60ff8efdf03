/// How charts look. All colours are here; the drawings only name the part that an element plays.
enum Stylesheet {
  /// The fonts that reading machines already have.
  static let fonts = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

  /// Rules for any number of charts in one file.
  static let chart =
    """
    .chart{font:12px \(fonts);font-variant-numeric:tabular-nums}
    .chart .title{font-size:15px;font-weight:600}
    .chart .latest{font-size:13px;font-weight:600}
    .chart .small{font-size:11px}
    .chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
    .chart .rule{stroke-width:1;shape-rendering:crispEdges}
    .chart .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .chart .faint{stroke-width:1;opacity:.3}
    .chart .band{stroke-width:7;stroke-linecap:butt;opacity:.3}
    .chart .reference{stroke-width:1.5;stroke-dasharray:5 4;stroke-linecap:butt}
    .chart .dot{fill:currentColor;stroke-width:1.5}
    .chart .card{stroke-width:1;filter:drop-shadow(0 2px 6px rgb(0 0 0/.14))}

    """ + colors(.light) + "@media(prefers-color-scheme:dark){\n" + colors(.dark) + "}\n"

  private static func colors(_ palette: Palette) -> String {
    let hues = palette.series.enumerated().map { ".chart .hue\($0){color:\($1)}" }.joined()
    return """
      .chart .plate{fill:\(palette.surface)}
      .chart text{fill:\(palette.muted)}.chart .ink{fill:\(palette.ink)}
      .chart .grid{stroke:\(palette.grid)}.chart .axis{stroke:\(palette.axis)}
      .chart .reference{color:\(palette.ink)}
      .chart .dot{stroke:\(palette.surface)}
      .chart .card{fill:\(palette.surface);stroke:\(palette.axis)}
      \(hues)

      """
  }
}
