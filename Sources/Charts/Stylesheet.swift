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
    .chart .area{fill:currentColor;opacity:.17}
    .chart .band{stroke-width:7;stroke-linecap:butt;opacity:.3}
    .chart .reference{stroke-width:1.5;stroke-dasharray:5 4;stroke-linecap:butt}
    .chart .dash1{stroke-dasharray:2 3}.chart .dash2{stroke-dasharray:9 3 2 3}
    .chart .dot{fill:currentColor;stroke-width:1.5}
    .chart .card{stroke-width:1;filter:drop-shadow(0 2px 6px rgb(0 0 0/.14))}
    .chart .row{font-size:13px}.chart .strong{font-weight:600}
    .chart .halo{stroke-width:3;stroke-linejoin:round;paint-order:stroke}
    .chart .bar{fill:currentColor}.chart .bar.noise{stroke:currentColor;stroke-width:1.5;stroke-dasharray:3 2}
    .chart .whisker{fill:none;stroke-width:1.5}.chart .casing{fill:none;stroke-width:4;stroke-linecap:square}
    .chart .box,.chart .plus{stroke-width:1.2}.chart .wire{fill:none;stroke-width:1.3}
    .chart .group{fill:none;stroke-width:1;stroke-dasharray:4 3}

    """ + colors(.light) + "@media \(dark){\n" + colors(.dark) + "}\n"

  /// Paper is light, whatever the screen is.
  static let dark = "screen and (prefers-color-scheme:dark)"

  private static func colors(_ palette: Palette) -> String {
    let hues = palette.series.enumerated().map { ".chart .hue\($0){color:\($1)}" }.joined()
    return """
      .chart .plate{fill:\(palette.surface)}
      .chart text{fill:\(palette.muted)}.chart .ink{fill:\(palette.ink)}
      .chart .grid{stroke:\(palette.grid)}.chart .axis{stroke:\(palette.axis)}
      .chart .reference{color:\(palette.ink)}
      .chart .dot{stroke:\(palette.surface)}
      .chart .card{fill:\(palette.surface);stroke:\(palette.axis)}
      .chart .halo,.chart .casing{stroke:\(palette.surface)}
      .chart .post{fill:\(palette.ink)}.chart .whisker{stroke:\(palette.ink)}
      .chart .better{color:\(palette.better)}.chart .worse{color:\(palette.worse)}.chart .noise{color:\(palette.muted)}
      .chart .bar.noise{fill:\(palette.surface)}
      .chart .better-text{fill:\(palette.better)}.chart .worse-text{fill:\(palette.worse)}
      .chart .box,.chart .plus{fill:\(palette.surface);stroke:\(palette.axis)}
      .chart .wire{stroke:\(palette.muted)}.chart .wirehead{fill:\(palette.muted)}.chart .group{stroke:\(palette.axis)}
      .chart .box.changed{fill:\(palette.changed);stroke:\(palette.series[0])}.chart .marker{fill:\(palette.series[0])}
      \(hues)

      """
  }
}
