import Crypto

/// The hash SHA-256 (FIPS 180-4), which tells texts and vocabularies apart: bytes in and bytes out of swift-crypto's.
package struct SHA256 {
  private var hash = Crypto.SHA256()

  package init() {}

  /// The 32 bytes of the hash of some bytes.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(Crypto.SHA256.hash(data: bytes)) }

  package mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// The 32 bytes of the hash of all that was added.
  package func finish() -> [UInt8] { Array(hash.finalize()) }
}

extension [UInt8] {
  /// Two hexadecimal digits a byte.
  package var hexadecimal: String {
    map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
