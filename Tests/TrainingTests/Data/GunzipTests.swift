import Foundation
import Testing
import Training

@Suite struct GunzipTests {
  /// Packed by zlib 1.2.13: dynamic codes and a name in the header, fixed codes, stored, Huffman codes only.
  static let dynamic = Data(
    base64Encoded:
      "H4sICAAAAAAA/3RleHQudHh0AO2XMQ7DIAxF956CIxQIYI6TgSiRorZqGHr8qjd4g5dKf7cw2N/mv/N4jHAPzy2sYY7PDHNfZ3iP"
      + "11jnFY55jXO7nb+gSIIWEtRRukqiUiFRGZ21oHtV9ERD1croiSjh0khUSygjujt6YUVnddZFVK7GxIzuVVDGztTFRoNNGbsXylhQ"
      + "vQw1G7UxIaUayljQExNqtrHxZ4ONKhHRWYbkVZkIUVUzqldkmkBKRXo2VNSG2tjYWdkxyvH2rBKsqtWv10w3TINMz2w2ouPMsvln"
      + "u4TtJbbj2L5ku5ftcfP7XdhPBX+96PgbVz+XwBwHcy/MCTFXVR3dXvLzoMzPMm+c/Rw7c/+MJLIj4TBa6m4Ih4olrBRWCiuFlcJK"
      + "YaWwUlgprBRWCiuFlcJKYaWwUlgprBRWCiuFlcJKYaWwUlgprBRWCiuFlcLKv8fKL8yCiANXLAAA")
  static let fixed = Data(base64Encoded: "H4sIAAAAAAAA/0vLrEhNUUjOT0kt1lFIQ3C4AD7C7bAZAAAA")
  static let stored = Data(base64Encoded: "H4sIAAAAAAAA/wEHAPj/c3RvcmVkCuKcU6UHAAAA")

  private func unpack(_ packed: [UInt8], chunk: Int = 7, minimum: Int = 100) throws -> [UInt8] {
    var rest = packed[...]
    var gunzip = Gunzip {
      if rest.isEmpty { return nil }
      defer { rest = rest.dropFirst(chunk) }
      return Array(rest.prefix(chunk))
    }
    var result: [UInt8] = []
    while let bytes = try gunzip.next(minimum) { result += bytes }
    return result
  }

  @Test(arguments: [1, 7, 100_000]) func unpacksWhatZlibPacks(_ chunk: Int) throws {
    let text = (0..<300).map { "line \($0 * $0 % 97) of a text that repeats itself\n" }.joined()
    for minimum in [1, 1000, 1_000_000] {
      let unpacked = try unpack(Array(#require(Self.dynamic)), chunk: chunk, minimum: minimum)
      #expect(String(decoding: unpacked, as: UTF8.self) == text)
    }
  }

  @Test func membersFollowEachOther() throws {
    let (fixed, stored) = (Array(try #require(Self.fixed)), Array(try #require(Self.stored)))
    let text = "fixed codes, fixed codes\nstored\n"
    #expect(try unpack(fixed + stored) == Array(text.utf8))
    // Tapes are filled up with zeros.
    #expect(try unpack(fixed + stored + [0, 0, 0]) == Array(text.utf8))
    #expect(throws: TrainingError.self) { try unpack(fixed + [1]) }
  }

  @Test func noDamageGoesUnnoticed() throws {
    let packed = Array(try #require(Self.dynamic))
    let text = try unpack(packed)
    for length in 0..<packed.count {
      #expect(throws: TrainingError.self, "cut to \(length)") { try unpack(Array(packed[..<length])) }
    }
    for place in packed.indices {
      for bit in 0..<8 {
        var damaged = packed
        damaged[place] ^= 1 << UInt8(bit)
        // The time, the system and the name do not matter, nor do the bits that fill up the last byte before the
        // checksum; everything else must be told.
        if let result = try? unpack(damaged) {
          #expect((3..<19).contains(place) || (place == packed.count - 9 && bit > 5), "byte \(place), bit \(bit)")
          #expect(result == text)
        }
      }
    }
  }
}

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples, and lengths around a block.
  @Test func knownHashes() {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    let known: [(String, String)] = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
      (String(repeating: "a", count: 56), "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
      (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
      (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ]
    for (text, hash) in known {
      #expect(hex(SHA256.hash(Array(text.utf8))) == hash)
      var parts = SHA256()
      for byte in text.utf8 { parts.add([byte]) }
      #expect(hex(parts.finish()) == hash)
    }
  }
}
