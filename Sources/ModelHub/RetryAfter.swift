package import Foundation

/// The header by which a busy server asks to wait (RFC 9110).
package enum RetryAfter {
  /// How long the header's value asks to wait: seconds, or a date; nil where it is neither.
  package static func pause(_ text: String, now: Date = Date()) -> Duration? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let seconds = Int64(text) { return seconds < 0 ? nil : .seconds(min(seconds, 1 << 40)) }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    guard let date = formatter.date(from: text) else { return nil }
    return .seconds(max(0, min(date.timeIntervalSince(now), 1e12)))
  }
}
