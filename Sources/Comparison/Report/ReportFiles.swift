import Charts
import Foundation
import Tensors

/// Reports on the disk.
enum ReportFiles {
  /// Writes a page as `report.html` and `report.md`, and other files beside them.
  /// - Throws: `ComparisonError` where one cannot be written.
  static func write(_ page: ChartPage, others: [(name: String, text: String)], to folder: String) throws {
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw ComparisonError(.storage, "\(folder): cannot be made: \(error.localizedDescription)")
    }
    for (name, text) in [("report.html", page.html()), ("report.md", page.markdown(page: "report.html"))] + others {
      do {
        let file = try OutputFile(path: folder + "/" + name)
        try file.write(Array(text.utf8))
        try file.finish()
        try file.moveIntoPlace()
      } catch { throw ComparisonError(.storage, "\(error); is the disk full, or the folder read-only?") }
    }
  }

  /// RFC 4180: what has a comma, a quote or a line break stands in quotes.
  static func csv(_ rows: [[String]]) -> String {
    rows.map { row in
      row.map { field in
        field.utf8.contains { [0x2C, 0x22, 0x0D, 0x0A].contains($0) }
          ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
      }.joined(separator: ",") + "\n"
    }.joined()
  }
}
