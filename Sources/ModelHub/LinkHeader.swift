/// The header by which a list in pages names the next one: `<https://…?cursor=…>; rel="next"` (RFC 8288).
enum LinkHeader {
  /// The address of the next page in the values of `Link` headers.
  static func next(in values: [String]) -> String? {
    for value in values {
      var rest = value[...]
      while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
        let target = rest[rest.index(after: open)..<close]
        let afterTarget = rest[rest.index(after: close)...]
        // The parameters reach to the next address.
        let parameters = afterTarget.prefix { $0 != "<" }
        if parameters.split(whereSeparator: { $0 == ";" || $0 == "," }).contains(where: isNext) {
          return String(target)
        }
        rest = afterTarget[parameters.endIndex...]
      }
    }
    return nil
  }

  private static func isNext(_ parameter: Substring) -> Bool {
    let plain = parameter.lowercased().filter { $0 != " " && $0 != "\"" }
    return plain == "rel=next"
  }
}
