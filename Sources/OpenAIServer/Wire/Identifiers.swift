#if Server
  import Foundation
  import ToolCalling

  /// Names and times that responses carry.
  enum Identifiers {
    /// A new name: a prefix and 24 random letters and digits, such as `chatcmpl-x7Q…`.
    static func make(_ prefix: String) -> String {
      var generator = SystemRandomNumberGenerator()
      return ToolFormat.randomName(prefix, length: 24, using: &generator)
    }

    /// Seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }
  }
#endif
