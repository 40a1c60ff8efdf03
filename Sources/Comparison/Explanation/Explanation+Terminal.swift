import Charts

extension Explanation {
  /// The explanation for a terminal: tables whose cells wrap, at most `width` characters wide. More models than fit
  /// side by side follow below.
  public func terminalText(width: Int = 100) -> String {
    sections.map { section in
      let blocks = section.contents.map { content -> String in
        switch content {
        case .table(let table): Self.text(table, width: width)
        case .paragraph(let text): Self.wrapped(text, width: width).joined(separator: "\n") + "\n"
        default: ""
        }
      }
      return section.heading + "\n" + String(repeating: "─", count: section.heading.count) + "\n" + blocks.joined()
    }.joined(separator: "\n")
  }

  /// A column narrower than this breaks most words.
  private static let narrowest = 18

  private static func text(_ table: PageTable, width: Int) -> String {
    let titles = table.rows.map { $0.first?.text ?? "" }
    let first = min(titles.map(\.count).max() ?? 0, max(1, width / 3))
    let columns = Array(table.columns.indices.dropFirst())
    let together = max(1, (width - first) / (narrowest + 2))
    return stride(from: 0, to: columns.count, by: together).map { start in
      let part = columns[start..<min(columns.count, start + together)]
      let room = max(1, (width - first) / part.count - 2)
      // No wider than what stands in it.
      let widths = part.map { column in
        min(room, ([table.columns[column].title] + table.rows.map { text($0, column) }).map(\.count).max() ?? 0)
      }
      func lines(_ title: String, _ cells: [String]) -> String {
        let wrappedCells = [wrapped(title, width: first)] + zip(cells, widths).map { wrapped($0, width: $1) }
        let height = wrappedCells.map(\.count).max() ?? 0
        return (0..<height).map { line in
          let words = zip(wrappedCells, [first] + widths).enumerated().map { index, cell -> String in
            let text = cell.0.indices.contains(line) ? cell.0[line] : ""
            let padding = String(repeating: " ", count: max(0, cell.1 - text.count))
            let isNumber = index > 0 && table.columns[part[part.startIndex + index - 1]].alignment == .trailing
            return isNumber ? padding + text : text + padding
          }
          var row = words.joined(separator: "  ")
          while row.last == " " { row.removeLast() }
          return row + "\n"
        }.joined()
      }
      return lines("", part.map { table.columns[$0].title })
        + zip(titles, table.rows).map { title, row in lines(title, part.map { text(row, $0) }) }.joined()
    }.joined(separator: "\n")
  }

  private static func text(_ row: [PageTable.Cell], _ column: Int) -> String {
    row.indices.contains(column) ? row[column].text : ""
  }

  /// Lines of at most `width` characters, broken between words where words allow it.
  private static func wrapped(_ text: String, width: Int) -> [String] {
    let width = max(1, width)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
      while line.count > width {
        lines.append(String(line.prefix(width)))
        line = String(line.dropFirst(width))
      }
    }
    return lines + [line]
  }
}
