import Foundation

/// How one value is to be written, in `%` formats and in `{}` ones.
struct ValueFormat {
  var fill = Text(" ")
  /// `<`, `>`, `^` or `=`; nil for what is usual.
  var alignment: UInt8?
  var sign: UInt8?
  var isAlternate = false
  var width = 0
  var grouping: UInt8?
  var precision: Int?
  /// How many digits a whole number has at least.
  var digitCount = 0
  var type: UInt8 = UInt8(ascii: "s")
}

extension Evaluator {
  func truncated(_ text: Text, _ format: ValueFormat) -> Text {
    guard let precision = format.precision else { return text }
    return text.slice(0..<text.offset(ofScalar: precision))
  }

  func aligned(_ text: Text, _ format: ValueFormat) throws(TemplateError) -> Text {
    let alignment: Alignment =
      switch format.alignment {
      case UInt8(ascii: ">"): .right
      case UInt8(ascii: "^"): .evenly
      default: .left
      }
    return try padded(text, to: format.width, format.fill, alignment)
  }

  func formattedNumber(_ value: Value, _ format: ValueFormat) throws(TemplateError) -> Text {
    let double = value.double ?? 0
    let isNegative = double.sign == .minus && !double.isNaN
    if let precision = format.precision, precision > 1000 {
      throw failure(.limitExceeded, "a number with more than 1000 digits after the point")
    }
    var digits: String
    var prefix = ""
    switch (format.type, value.index) {
    case (0, let integer?), (UInt8(ascii: "d"), let integer?): digits = String(integer.magnitude)
    case (UInt8(ascii: "x"), let integer?):
      digits = String(integer.magnitude, radix: 16)
      prefix = "0x"
    case (UInt8(ascii: "X"), let integer?):
      digits = String(integer.magnitude, radix: 16, uppercase: true)
      prefix = "0X"
    case (UInt8(ascii: "o"), let integer?):
      digits = String(integer.magnitude, radix: 8)
      prefix = "0o"
    case (UInt8(ascii: "b"), let integer?):
      digits = String(integer.magnitude, radix: 2)
      prefix = "0b"
    case (UInt8(ascii: "c"), let integer?):
      guard let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
        throw failure(.invalidOperation, "'c' needs the number of a character")
      }
      return try aligned(Text(String(Character(scalar))), format)
    case (0, nil) where format.precision == nil: digits = PythonFloat.description(of: double.magnitude)
    case (UInt8(ascii: "f"), _), (UInt8(ascii: "F"), _), (UInt8(ascii: "e"), _), (UInt8(ascii: "E"), _),
      (UInt8(ascii: "g"), _), (UInt8(ascii: "G"), _):
      let type = Character(Unicode.Scalar(format.type))
      digits = String(format: "%\(format.isAlternate ? "#" : "").\(format.precision ?? 6)\(type)", double.magnitude)
    case (UInt8(ascii: "%"), _): digits = String(format: "%.\(format.precision ?? 6)f", double.magnitude * 100) + "%"
    default: throw failure(.invalidOperation, "no such format for a \(value.typeName)")
    }
    if !format.isAlternate { prefix = "" }
    if digits.utf8.count < format.digitCount {
      try charge(bytes: format.digitCount)
      digits = String(repeating: "0", count: format.digitCount - digits.utf8.count) + digits
    }
    let sign = isNegative ? "-" : format.sign == UInt8(ascii: "+") ? "+" : format.sign == UInt8(ascii: " ") ? " " : ""
    if let grouping = format.grouping { digits = grouped(digits, by: Character(Unicode.Scalar(grouping))) }
    if format.alignment == UInt8(ascii: "=") {
      let width = max(0, format.width - sign.count - prefix.count)
      return Text(sign + prefix) + (try padded(Text(digits), to: width, format.fill, .right))
    }
    var spec = format
    if spec.alignment == nil { spec.alignment = UInt8(ascii: ">") }
    return try aligned(Text(sign + prefix + digits), spec)
  }

  private func grouped(_ digits: String, by mark: Character) -> String {
    let whole = digits.prefix { $0.isNumber }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { result.append(mark) }
      result.append(digit)
    }
    return result + digits.dropFirst(whole.count)
  }
}
