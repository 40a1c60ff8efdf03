import Foundation

/// Numbers as people write them. Made by hand, so that no machine's language settings can change a file.
package enum NumberText {
  /// A tick's label: `2,000`, `10k`, `1.5M`, `0.25`, `6e−4`. `step` is the distance to the next tick and says how many
  /// digits tell the two apart.
  package static func tick(_ value: Double, step: Double) -> String {
    let size = value.magnitude
    if size < step * 1e-6 { return "0" }
    for (power, unit) in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    where size >= power && size >= 10_000 && size < 1e15 {
      return trimmed(fixed(value / power, decimals: min(decimals(of: step / power), 6))) + unit
    }
    let exponent = log10(size).rounded(.down)
    if size >= 1e15 || (size < 0.01 && step < 0.001) {
      let mantissa = value / pow(10, exponent)
      return fixed(mantissa, decimals: min(decimals(of: step / pow(10, exponent)), 6)) + exponentText(exponent)
    }
    return fixed(value, decimals: decimals(of: step))
  }

  /// A small number as its first digits and a power of ten: `5e−4`, `1e−3`.
  package static func power(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return self.value(value) }
    let exponent = (log10(value.magnitude) + 1e-9).rounded(.down)
    return trimmed(fixed(value / pow(10, exponent), decimals: 2)) + exponentText(exponent)
  }

  /// A measured value with as many digits as one compares: `2.9134`, `48,213`, `3.21e−4`.
  package static func value(_ value: Double) -> String { text(value, grouped: true) }

  /// The same digits for a program to read: no separators and a plain minus.
  package static func plain(_ value: Double) -> String {
    text(value, grouped: false).replacing("\u{2212}", with: "-")
  }

  private static func text(_ value: Double, grouped: Bool) -> String {
    guard value.isFinite else { return "–" }
    let size = value.magnitude
    if size == 0 { return "0" }
    if size >= 1e9 || size < 1e-3 {
      let exponent = log10(size).rounded(.down)
      return trimmed(fixed(value / pow(10, exponent), decimals: 3)) + exponentText(exponent)
    }
    // Four decimals tell losses apart; larger numbers need fewer, smaller ones more.
    let decimals = size < 0.1 ? 6 : max(0, 4 - Int(max(0, log10(size))))
    return fixed(value, decimals: value == value.rounded() ? 0 : decimals, grouped: grouped)
  }

  /// A value with the digits that tell it from one that is `step` away: `1.0320` for a step of 0.0003.
  package static func fixed(_ value: Double, step: Double) -> String {
    guard value.isFinite else { return "–" }
    return value.magnitude < 1e9 ? fixed(value, decimals: decimals(of: step)) : self.value(value)
  }

  /// A change, with its sign: `+0.0120`, `−0.0120`, and `0.0000` for what these digits cannot tell from nothing.
  package static func signed(_ change: Double, step: Double) -> String {
    let text = fixed(change, step: step)
    return change > 0 && text.contains { "123456789".contains($0) } ? "+" + text : text
  }

  /// A place in a drawing, to a tenth of a pixel.
  package static func pixel(_ value: Double) -> String {
    trimmed(fixed(max(-1e6, min(1e6, value)), decimals: 1, grouped: false)).replacing("\u{2212}", with: "-")
  }

  /// How many decimals a step needs: none for 20, one for 0.5, two for 0.02.
  private static func decimals(of step: Double) -> Int {
    step > 0 ? max(0, min(9, Int((-log10(step) - 1e-9).rounded(.up)))) : 0
  }

  private static func exponentText(_ exponent: Double) -> String {
    "e" + (exponent < 0 ? "\u{2212}" : "") + String(Int(exponent.magnitude))
  }

  package static func fixed(_ value: Double, decimals: Int, grouped: Bool = true) -> String {
    let scale = pow(10, Double(decimals))
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e18 else { return value.description }
    let digits = Int(scaled)
    let (whole, rest) = (digits / Int(scale), digits % Int(scale))
    let sign = value < 0 && digits > 0 ? "\u{2212}" : ""
    let padding = String(repeating: "0", count: decimals - (decimals > 0 ? String(rest).count : 0))
    return sign + (grouped ? groups(whole) : String(whole)) + (decimals > 0 ? "." + padding + String(rest) : "")
  }

  /// `1234567` as `1,234,567`.
  package static func groups(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number))
    return digits.enumerated().map { i, digit in
      (i > 0 && (digits.count - i) % 3 == 0 ? "," : "") + String(digit)
    }.joined()
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = Substring(text)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }
}
