extension [UInt8] {
  /// Changes a few places without regard to what they mean.
  mutating func mutate(_ random: inout Randomness) {
    for _ in 0...random.below(4) {
      guard !isEmpty else { return }
      // Headers come first, and they are where the decisions are.
      let position = random.chance(3) ? random.below(count) : random.below(Swift.min(count, 64 + random.below(count)))
      let length = Swift.min(1 + random.below(random.chance(4) ? 64 : 8), count - position)
      switch random.below(8) {
      case 0: self[position] ^= 1 << UInt8(random.below(8))
      case 1: self[position] = UInt8(truncatingIfNeeded: random.next())
      case 2, 3:
        let width = Swift.min(random.pick([1, 2, 4, 8]), count - position)
        replaceSubrange(position..<position + width, with: littleEndianBytes(random.awkwardNumber(), count: width))
      case 4: removeSubrange(position..<position + length)
      case 5: insert(contentsOf: Array(self[position..<position + length]), at: random.below(count + 1))
      case 6: insert(contentsOf: (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: position)
      default: removeLast(random.chance(4) ? random.below(count) : Swift.min(count, 1 + random.below(16)))
      }
    }
  }
}

/// A JSON text as a list of its tokens, so that a change keeps most of the text readable.
struct JSONTokens {
  var tokens: [String] = []

  init(_ text: String) {
    var token = ""
    var isInString = false
    var isEscaped = false
    func isPunctuation(_ character: Character) -> Bool { "{}[],:".contains(character) }
    for character in text {
      if isInString {
        token.append(character)
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isInString = false
          tokens.append(token)
          token = ""
        }
      } else if isPunctuation(character) || character.isWhitespace || character == "\"" {
        if !token.isEmpty { tokens.append(token) }
        token = ""
        if isPunctuation(character) { tokens.append(String(character)) }
        if character == "\"" {
          token = "\""
          isInString = true
        }
      } else {
        token.append(character)
      }
    }
    if !token.isEmpty { tokens.append(token) }
  }

  /// Changes a few tokens; `dictionary` holds words that mean something to the reader.
  mutating func mutate(_ random: inout Randomness, dictionary: [String]) {
    for _ in 0...random.below(4) {
      guard !tokens.isEmpty else { return }
      let position = random.below(tokens.count)
      switch random.below(10) {
      case 0, 1, 2, 3: tokens[position] = replacement(for: tokens[position], &random, dictionary)
      case 4: tokens[position] = tokens[random.below(tokens.count)]
      case 5: tokens.remove(at: position)
      case 6: tokens.insert(tokens[random.below(tokens.count)], at: position)
      case 7:
        // A value, an element, or some brackets too many.
        let length = min(1 + random.below(12), tokens.count - position)
        tokens.insert(contentsOf: Array(tokens[position..<position + length]), at: random.below(tokens.count + 1))
      case 8: tokens.swapAt(position, random.below(tokens.count))
      default:
        let nesting = 1 + random.below(200)
        tokens.insert(contentsOf: Array(repeating: random.pick(["[", "{\"a\":"]), count: nesting), at: position)
      }
    }
  }

  private func replacement(for token: String, _ random: inout Randomness, _ dictionary: [String]) -> String {
    if token.first?.isNumber == true || token.first == "-" {
      let number = random.awkwardNumber()
      switch random.below(5) {
      case 0: return String(Int64(bitPattern: number))
      case 1: return String(number) + "0"
      case 2: return random.pick(["1e999", "-0", "0.5", "1e3", "null", "\"1\"", "[]"])
      default: return String(number % (1 << UInt64(1 + random.below(20))))
      }
    }
    return random.pick(dictionary)
  }

  var bytes: [UInt8] { Array(tokens.joined(separator: " ").utf8) }
}
