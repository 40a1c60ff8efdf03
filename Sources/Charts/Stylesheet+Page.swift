extension Stylesheet {
  /// Rules for a page of charts, tables and texts.
  static let page =
    """
    :root{color-scheme:light dark}
    body{margin:0;font:15px/1.5 \(fonts)}
    main{max-width:1000px;margin:0 auto;padding:44px 28px 64px}
    h1{margin:0;font-size:26px;line-height:1.2;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
    h2{margin:0;padding-top:26px;border-top:solid 1px;font-size:19px;line-height:1.3;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
    p{margin:6px 0 0;overflow-wrap:anywhere}section>p{max-width:72ch;margin-top:10px}
    .live{white-space:nowrap}
    .live::before{content:"";display:inline-block;width:7px;height:7px;border-radius:50%;margin:0 7px 1px 0}
    dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px 24px;margin:24px 0 0;padding:18px 0;border:solid;border-width:1px 0}
    dt{font-size:12px;line-height:1.4}dd{margin:0;font-size:14px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    section{margin-top:36px}
    section>*+figure,section>*+div{margin-top:24px}
    section>figure.wide:first-child+figure.narrow{margin-top:0}
    header+section>h2{padding-top:0;border-top:0}
    figure{margin:0}
    svg.chart{display:block;width:100%;height:auto;touch-action:pan-y}
    .narrow{display:none}
    .details{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:32px 20px}
    .diagrams{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));align-items:end;gap:32px 20px}
    .diagrams figure{max-width:240px}
    .texts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(280px,100%),1fr));gap:20px}
    .text{min-width:0;border:solid 1px;border-radius:6px;padding:12px 14px}
    figcaption{font-size:12px;font-weight:600;margin-bottom:6px;overflow-wrap:anywhere}
    .lines{white-space:pre-wrap;overflow-wrap:anywhere;font-size:14px}
    .code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;min-width:100%;font-size:13.5px;line-height:1.35;font-variant-numeric:tabular-nums}
    caption{caption-side:top;text-align:start;font-size:12px;padding-bottom:8px}
    th,td{padding:7px 10px;border-bottom:solid 1px;vertical-align:top}
    th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
    thead th{font-size:12px;font-weight:400;vertical-align:bottom}
    tbody th{font-weight:400;white-space:nowrap}
    td{white-space:nowrap}td.prose,tbody th.prose{white-space:normal;min-width:20em}
    .leading,.prose{text-align:start}.center{text-align:center}.trailing{text-align:end}
    table .strong,table .better,table .worse{font-weight:600}
    .choices{display:flex;flex-wrap:wrap;gap:8px 18px}.choices,.maps figcaption{font-size:13px}
    select{font:inherit;font-weight:400;max-width:min(100%,26em)}label{max-width:100%}
    .maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(320px,100%),1fr));gap:20px 28px;margin-top:18px}
    .maps figure{min-width:0}canvas{display:block;touch-action:pan-y;cursor:crosshair}[hidden]{display:none}
    .readout{position:sticky;bottom:0;min-height:3em;margin-top:8px;padding:4px 0;font-size:14px}.readout span{display:block}
    @media(max-width:640px){main{padding:28px 16px 48px}.wide{display:none}.narrow{display:block}dl{grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:12px 16px}.diagrams{gap:28px 12px}tbody th{white-space:normal;min-width:9em}}
    @media print{:root{color-scheme:light}main{max-width:none;padding:0}h2{break-after:avoid}figure,tr{break-inside:avoid}.scroll{overflow:visible}}

    """ + pageColors(.light) + "@media \(dark){\n" + pageColors(.dark) + "}\n"

  private static func pageColors(_ palette: Palette) -> String {
    """
    body{background:\(palette.surface);color:\(palette.ink)}
    header p,dt,caption,figcaption,thead th,table .noise,.hint,.none{color:\(palette.muted)}
    dl,h2,.text,td,th{border-color:\(palette.grid)}
    thead th{border-color:\(palette.axis)}
    .live::before{background:\(palette.series[2])}
    .readout{background:\(palette.surface)}
    .attention{--ink:\(palette.ink);--muted:\(palette.muted);--grid:\(palette.grid);--surface:\(palette.surface);--hue:\(palette.series[0])}
    table .better{color:\(palette.better)}table .worse{color:\(palette.worse)}

    """
  }
}
