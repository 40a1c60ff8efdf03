#if Server
  import Foundation

  /// Names and times that responses carry.
  enum Identifiers {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

    /// A new name: a prefix and 24 random letters and digits, such as `chatcmpl-x7Q…`.
    static func make(_ prefix: String) -> String {
      prefix + String((0..<24).map { _ in letters[Int.random(in: letters.indices)] })
    }

    /// Seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }
  }
#endif
