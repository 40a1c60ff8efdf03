import ChatTemplates
import Foundation
import JSONParsing
import Testing

/// Published templates and what the reference makes of conversations with them.
private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "../shared/golden-templates")

private let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
  .filter { $0.hasSuffix(".jinja") }.map { String($0.dropLast(6)) }.sorted()

@Test(.enabled(if: !names.isEmpty, "needs ../shared"), arguments: names)
func `conversations become the reference's text, byte for byte`(name: String) throws {
  let source = try String(contentsOf: folder.appending(path: name + ".jinja"), encoding: .utf8)
  let template = try ChatTemplate(source)
  let lines = try Data(contentsOf: folder.appending(path: name + ".jsonl")).split(separator: 0x0A)
  #expect(lines.count == 24)
  for line in lines {
    let golden = try #require(try JSONValue(parsing: Array(line)).object)
    var data = JSONObject()
    for key in ["messages", "tools", "add_generation_prompt"] { data[key] = golden[key] }
    let trusted = golden["variables"]?.object ?? JSONObject()
    let label = "\(golden["case"]?.string ?? "")"
    let result = Result { () throws(TemplateError) in try template.render(data: data, trusted: trusted, now: day) }
    switch result {
    case .success(let rendered):
      let expected = try #require(golden["rendered"]?.string, "\(label) should be refused")
      #expect(rendered.text.utf8.elementsEqual(expected.utf8), "\(label)")
      #expect(rendered.parts.map(\.text).joined().utf8.elementsEqual(expected.utf8), "\(label)")
    case .failure(let error):
      let expected = try #require(golden["error"]?.string, "\(label): \(error)")
      if error.code == .raised { #expect(expected == "TemplateError: " + error.message) }
    }
  }
}
