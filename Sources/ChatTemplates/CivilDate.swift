/// A day and a time of day, as a calendar and a clock show them: what `strftime_now` tells a template.
///
///     CivilDate(year: 2024, month: 7, day: 26).formatted("%d %b %Y")   // "26 Jul 2024"
public struct CivilDate: Hashable, Sendable {
  /// The year of the common era.
  public let year: Int
  /// 1 for January.
  public let month: Int
  /// From 1.
  public let day: Int
  /// 0 to 23.
  public let hour: Int
  /// 0 to 59.
  public let minute: Int
  /// 0 to 60.
  public let second: Int

  /// A date; what lies outside a calendar or a clock becomes the nearest that does not.
  public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = min(max(year, 1), 9999)
    self.month = min(max(month, 1), 12)
    self.day = min(max(day, 1), Self.dayCount(of: self.month, in: self.year))
    self.hour = min(max(hour, 0), 23)
    self.minute = min(max(minute, 0), 59)
    self.second = min(max(second, 0), 60)
  }

  /// A date as `2024-07-26`; nil for anything else, and for a day that no calendar has.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      year >= 1, (1...12).contains(month), (1...Self.dayCount(of: month, in: year)).contains(day)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func dayCount(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// From 1.
  private var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.dayCount(of: $1, in: year) } }

  /// 0 for Sunday.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
  }

  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// The date in a format of C's `strftime`, in English. `%-d` leaves out leading zeros, as on Linux.
  public func formatted(_ format: String) -> String {
    var result = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%" else {
        result.append(character)
        continue
      }
      let start = rest
      var flag: Character?
      while let next = rest.first, "-_0^#".contains(next) {
        flag = next
        rest.removeFirst()
      }
      if let directive = rest.popFirst(), let text = text(of: directive, flag) {
        result += text
      } else {
        result += "%" + start[..<rest.startIndex]
      }
    }
    return result
  }

  private func text(of directive: Character, _ flag: Character?) -> String? {
    func number(_ value: Int, _ width: Int, _ padding: Character = "0") -> String {
      let padding = flag == "_" ? " " : flag == "0" ? "0" : padding
      let digits = String(value)
      return flag == "-" ? digits : String(repeating: padding, count: max(0, width - digits.count)) + digits
    }
    func word(_ text: String) -> String { flag == "^" || flag == "#" ? text.uppercased() : text }
    let twelveHours = (hour + 11) % 12 + 1
    return switch directive {
    case "a": word(String(Self.weekdays[weekday].prefix(3)))
    case "A": word(Self.weekdays[weekday])
    case "b", "h": word(String(Self.months[month - 1].prefix(3)))
    case "B": word(Self.months[month - 1])
    case "c": formatted("%a %b %e %H:%M:%S %Y")
    case "C": number(year / 100, 2)
    case "d": number(day, 2)
    case "D", "x": formatted("%m/%d/%y")
    case "e": number(day, 2, " ")
    case "f": "000000"
    case "F": formatted("%Y-%m-%d")
    case "G": number(isoWeek.year, 1)
    case "g": number(isoWeek.year % 100, 2)
    case "H": number(hour, 2)
    case "I": number(twelveHours, 2)
    case "j": number(dayOfYear, 3)
    case "k": number(hour, 2, " ")
    case "l": number(twelveHours, 2, " ")
    case "m": number(month, 2)
    case "M": number(minute, 2)
    case "n": "\n"
    case "p": flag == "#" ? (hour < 12 ? "am" : "pm") : hour < 12 ? "AM" : "PM"
    case "P": hour < 12 ? "am" : "pm"
    case "r": formatted("%I:%M:%S %p")
    case "R": formatted("%H:%M")
    case "S": number(second, 2)
    case "t": "\t"
    case "T", "X": formatted("%H:%M:%S")
    case "u": number((weekday + 6) % 7 + 1, 1)
    case "U": number((dayOfYear + 6 - weekday) / 7, 2)
    case "V": number(isoWeek.week, 2)
    case "w": number(weekday, 1)
    case "W": number((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
    case "y": number(year % 100, 2)
    case "Y": number(year, 1)
    case "z", "Z": ""
    case "%": "%"
    default: nil
    }
  }

  /// The week that ISO 8601 counts: the first one holds the year's first Thursday.
  private var isoWeek: (year: Int, week: Int) {
    let mondayBased = (weekday + 6) % 7
    let week = (dayOfYear - 1 - mondayBased + 10) / 7
    func weekCount(_ year: Int) -> Int {
      let last = CivilDate(year: year, month: 12, day: 31)
      return last.weekday == 4 || (last.weekday == 5 && Self.isLeap(year)) ? 53 : 52
    }
    if week < 1 { return (year - 1, weekCount(year - 1)) }
    return week > weekCount(year) ? (year + 1, 1) : (year, week)
  }
}
