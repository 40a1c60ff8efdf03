import Foundation

/// "Don't repeat yourself" (p-e-w 2024): a penalty for the tokens that would prolong a repetition, which grows
/// exponentially with the length of what is repeated. Single words may come again as they like.
///
/// A token that would extend a repeated sequence of n tokens loses multiplier · baseⁿ⁻ᵃˡˡᵒʷᵉᵈ, if n is at least the
/// allowed length.
public struct DRY: Sendable, Hashable {
  /// The penalty of a sequence of the allowed length; 0 is off.
  public var multiplier: Float
  /// By how much each further token multiplies it; below 1 is off.
  public var base: Float
  /// How long a sequence may be repeated freely.
  public var allowedLength: Int
  /// How many of the latest tokens, the prompt's included, are searched for repetitions; nil searches all, 0 none.
  public var window: Int?
  /// Texts across which nothing counts as repeated, such as line breaks: repeated structure is no fault.
  public var breakers: [String]

  /// llama.cpp's breakers.
  public static let standardBreakers = ["\n", ":", "\"", "*"]

  /// These values; llama.cpp's if none are given.
  public init(
    multiplier: Float, base: Float = 1.75, allowedLength: Int = 2, window: Int? = 64,
    breakers: [String] = standardBreakers
  ) {
    self.multiplier = multiplier
    self.base = base
    self.allowedLength = allowedLength
    self.window = window
    self.breakers = breakers
  }

  var isActive: Bool { multiplier > 0 && base >= 1 && window != 0 }
}

extension DRY {
  /// What tokens lose after a text.
  /// - Parameters:
  ///   - recent: The tokens in the window, the latest first.
  ///   - breakers: The breakers as tokens.
  package func penalties(after recent: [Int], breakers: SequenceBreakers) -> [Int: Float] {
    guard recent.count > allowedLength else { return [:] }
    let limit = breakers.distanceToLatest(in: recent) ?? recent.count
    guard limit >= allowedLength else { return [:] }

    var longest: [Int: Int] = [:]
    for (position, length) in Self.repeatLengths(recent).enumerated().dropFirst() {
      let length = min(length, limit)
      if length >= allowedLength { longest[recent[position - 1], default: length].raise(to: length) }
    }
    return longest.filter { !breakers.isBreaker($0.key) }.mapValues { length in
      let penalty = Double(multiplier) * pow(Double(base), Double(length - allowedLength))
      return Float(min(penalty, Double(Float.greatestFiniteMagnitude)))
    }
  }

  /// For every position, how many tokens from there on are those from the start on: the Z function (Gusfield 1997), in
  /// linear time because what lies within an earlier match is known from the start of the text.
  private static func repeatLengths(_ tokens: [Int]) -> [Int] {
    var lengths = [Int](repeating: 0, count: tokens.count)
    var match = 0..<0
    for position in tokens.indices.dropFirst() {
      var length =
        position < match.upperBound ? min(lengths[position - match.lowerBound], match.upperBound - position) : 0
      while position + length < tokens.count, tokens[length] == tokens[position + length] { length += 1 }
      lengths[position] = length
      if position + length > match.upperBound { match = position..<position + length }
    }
    return lengths
  }
}

extension Int {
  fileprivate mutating func raise(to other: Int) { self = Swift.max(self, other) }
}
