/// Large numbers in the units that people say.
extension NumberText {
  /// Bytes: `1.23 MB`, of 1000 bytes each step.
  package static func bytes(_ count: Double) -> String { scaled(count, ["bytes", "KB", "MB", "GB", "TB", "PB"]) }

  /// A count of operations: `2.25 million`.
  package static func operations(_ count: Double) -> String {
    scaled(count, ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion"])
  }

  private static func scaled(_ count: Double, _ units: [String]) -> String {
    var (number, unit) = (count, 0)
    while number.magnitude >= 1000, unit + 1 < units.count { (number, unit) = (number / 1000, unit + 1) }
    let text = fixed(number, decimals: unit == 0 ? 0 : number.magnitude < 10 ? 2 : 1)
    return units[unit].isEmpty ? text : text + " " + units[unit]
  }
}
