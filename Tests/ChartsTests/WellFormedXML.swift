import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser finds in a drawing; nil where it finds an error.
func parsedXML(_ text: String) -> ParsedXML? {
  let found = ParsedXML()
  let parser = XMLParser(data: Data(text.utf8))
  parser.delegate = found
  return withExtendedLifetime(found) { parser.parse() ? found : nil }
}

/// The elements of a drawing, in order.
final class ParsedXML: NSObject, XMLParserDelegate {
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  private(set) var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append((name, attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  /// The attributes of all elements of a name.
  func all(_ name: String) -> [[String: String]] { elements.filter { $0.name == name }.map(\.attributes) }
}
