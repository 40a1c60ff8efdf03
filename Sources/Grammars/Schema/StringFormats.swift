/// The formats of JSON Schema as regular expressions: never more than the standards allow, sometimes less (no leap
/// seconds, no quoted names in e-mail addresses, no IPv4 within IPv6).
enum StringFormats {
  static let patterns: [String: String] = {
    let leap = #"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"#
    let year = #"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"#
    let day =
      #"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"#
    let date = "(?:\(year)-\(day)|\(leap)-02-29)"
    let clock = #"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"#
    let zone = #"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"#
    let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    let atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
    let group = "[0-9a-fA-F]{1,4}"
    // One `::` stands for at least one group of zeros.
    let shortened = (0...7).map { before in
      let head = before == 0 ? ":" : before == 1 ? "\(group):" : "(?:\(group):){\(before)}"
      let tail = before == 7 ? ":" : ":(?:\(group)(?::\(group)){0,\(6 - before)})?"
      return head + tail
    }
    let duration =
      "P(?:[0-9]{1,9}W|(?:[0-9]{1,9}D|[0-9]{1,9}M(?:[0-9]{1,9}D)?|[0-9]{1,9}Y(?:[0-9]{1,9}M(?:[0-9]{1,9}D)?)?)"
      + "(?:T\(time))?|T\(time))"
    return [
      "date": date, "time": clock + zone, "date-time": "\(date)T\(clock)\(zone)", "duration": duration,
      "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "ipv4": "\(byte)(?:\\.\(byte)){3}",
      "ipv6": (["(?:\(group):){7}\(group)"] + shortened).joined(separator: "|"),
      "hostname": "\(label)(?:\\.\(label)){0,3}", "email": "\(atom)(?:\\.\(atom)){0,3}@\(label)(?:\\.\(label)){1,3}",
      "uri": "[a-zA-Z][a-zA-Z0-9+.-]*:(?:[a-zA-Z0-9._~:/?#@!$&'()*+,;=-]|%[0-9a-fA-F]{2})+",
    ].mapValues { "^(?:\($0))$" }
  }()

  /// Hours, minutes and seconds of a duration, in this order and without gaps.
  private static let time =
    "(?:[0-9]{1,9}S|[0-9]{1,9}M(?:[0-9]{1,9}S)?|[0-9]{1,9}H(?:[0-9]{1,9}M(?:[0-9]{1,9}S)?)?)"

  /// Formats of the standard that have no pattern here. All other names only annotate.
  static let unsupported: Set<String> = [
    "idn-email", "idn-hostname", "uri-reference", "iri", "iri-reference", "uri-template", "json-pointer",
    "relative-json-pointer", "regex",
  ]
}
