extension Evaluator {
  func replaced(_ text: Text, _ old: Text, _ new: Text, limit: Int) throws(TemplateError) -> Text {
    let limit = limit < 0 ? Int.max : limit
    var builder = TextBuilder()
    if old.isEmpty {
      let characters = text.characters()
      let count = min(limit, characters.count + 1)
      try charge(elements: characters.count)
      try charge(new.size, times: count)
      for (index, character) in characters.enumerated() {
        if index < count { builder.append(new) }
        builder.append(character)
      }
      if characters.count < count { builder.append(new) }
      return builder.finish()
    }
    let offsets = text.offsets(of: old.bytes, limit: limit)
    if offsets.isEmpty { return text }
    try charge(elements: offsets.count)
    try charge(new.size, times: offsets.count)
    var start = 0
    for offset in offsets {
      builder.append(text.slice(start..<offset))
      builder.append(new)
      start = offset + old.bytes.count
    }
    builder.append(text.slice(start..<text.bytes.count))
    return builder.finish()
  }

  func joined(_ parts: [Text], by separator: Text) throws(TemplateError) -> Text {
    try charge(separator.size, times: parts.count)
    var builder = TextBuilder()
    for (index, part) in parts.enumerated() {
      try charge(bytes: part.size)
      if index > 0 { builder.append(separator) }
      builder.append(part)
    }
    return builder.finish()
  }

  func padded(_ text: Text, _ method: TextMethod, _ values: [Value?]) throws(TemplateError) -> Text {
    let width = try integer(values[0], default: 0)
    var fill = Text(" ")
    if method != .zfill, let value = values[1] {
      fill = try string(value)
      if fill.count != 1 { throw failure(.invalidOperation, "the character to fill with must be one character") }
    }
    if method != .zfill {
      return try padded(text, to: width, fill, method == .ljust ? .left : method == .rjust ? .right : .center)
    }
    let hasSign = text.bytes.first == UInt8(ascii: "-") || text.bytes.first == UInt8(ascii: "+")
    let sign = text.slice(0..<(hasSign ? 1 : 0))
    let digits = text.slice(sign.bytes.count..<text.bytes.count)
    return sign + (try padded(digits, to: width - sign.bytes.count, Text("0"), .right))
  }

  enum Alignment { case left, right, center, evenly }

  /// Filled up to a number of code points. Of an odd number, `center` puts the extra one where Python's `str.center`
  /// does, `evenly` where its `format` does.
  func padded(_ text: Text, to width: Int, _ fill: Text, _ alignment: Alignment) throws(TemplateError) -> Text {
    try charge(bytes: text.size)
    let missing = width.subtractingReportingOverflow(text.count)
    guard !missing.overflow, missing.partialValue > 0 else { return text }
    let count = missing.partialValue
    try charge(fill.bytes.count, times: count)
    let before =
      switch alignment {
      case .left: 0
      case .right: count
      case .center: count / 2 + (count & width & 1)
      case .evenly: count / 2
      }
    var builder = TextBuilder()
    for _ in 0..<before { builder.append(fill) }
    builder.append(text)
    for _ in before..<count { builder.append(fill) }
    return builder.finish()
  }

  func withoutTabs(_ text: Text, size: Int) throws(TemplateError) -> Text {
    var builder = TextBuilder()
    var column = 0
    for character in text.characters() {
      if character.bytes == [0x09] {
        let count = size > 0 ? size - column % size : 0
        try charge(bytes: count)
        for _ in 0..<count { builder.append(Text(" ")) }
        column += count
      } else {
        builder.append(character)
        column = character.bytes == [0x0A] || character.bytes == [0x0D] ? 0 : column + 1
      }
    }
    return builder.finish()
  }
}
