import Foundation
import Tensors
import Testing
import TextGeneration

@Suite struct DRYTests {
  private func probabilities(
    _ count: Int, after history: [Int], _ dry: DRY, breakers: [[Int]] = []
  ) throws -> [Double] {
    var sampler = try Sampler(
      SamplingOptions(dry: dry), vocabularySize: count, breakers: SequenceBreakers(breakers))
    for token in history { sampler.accept(token) }
    let found = try sampler.distribution(of: [Float](repeating: 0, count: count))
    return found.sorted { $0.token < $1.token }.map { exp(Double($0.logProbability)) }
  }

  private func expect(_ found: [Double], _ expected: [Double], at location: SourceLocation = #_sourceLocation) {
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(found)", sourceLocation: location)
  }

  /// The expectations of llama.cpp's own tests.
  @Test func asLlamaCpp() throws {
    func dry(_ multiplier: Float, _ allowed: Int, _ window: Int) -> DRY {
      DRY(multiplier: multiplier, base: 1.1, allowedLength: allowed, window: window)
    }
    expect(try probabilities(4, after: [0, 1], dry(1, 2, 4)), [0.25, 0.25, 0.25, 0.25])
    expect(try probabilities(4, after: [0, 1, 2, 0, 1], dry(1, 2, 5)), [0.296923, 0.296923, 0.109232, 0.296923])
    // What came before the window changes nothing.
    expect(try probabilities(4, after: [2, 3, 0, 1, 2, 0, 1], dry(1, 2, 5)), [0.296923, 0.296923, 0.109232, 0.296923])
    let even = [0.2, 0.2, 0.2, 0.2, 0.2]
    expect(try probabilities(5, after: [0, 1, 3, 4, 0, 1], dry(1, 2, 6), breakers: [[3]]), even)
    expect(
      try probabilities(5, after: [0, 1, 2, 0, 1], dry(2, 2, 5)), [0.241818, 0.241818, 0.032727, 0.241818, 0.241818])
    expect(try probabilities(5, after: [0, 1, 2, 3, 4, 0, 1], dry(1, 4, 7)), even)
  }

  @Test func whatIsOffOrForgottenCostsNothing() throws {
    let history = [0, 1, 2, 0, 1]
    for dry in [
      DRY(multiplier: 0), DRY(multiplier: 1, base: 0.9), DRY(multiplier: 1, window: 0), DRY(multiplier: 1, window: 4),
    ] {
      expect(try probabilities(4, after: history, dry), [0.25, 0.25, 0.25, 0.25])
    }
    #expect(
      try probabilities(4, after: history + Array(repeating: 3, count: 90) + [0, 1], DRY(multiplier: 1))[2] > 0.2)
    #expect(
      try probabilities(4, after: history + Array(repeating: 3, count: 90) + [0, 1], DRY(multiplier: 1, window: nil))[2]
        < 0.2)
  }

  @Test func hugePenaltiesStayNumbers() {
    let dry = DRY(multiplier: 3e38, base: 3e38, allowedLength: 0, window: nil)
    let penalties = dry.penalties(after: [Int](repeating: 1, count: 5_000), breakers: SequenceBreakers())
    #expect(penalties == [1: .greatestFiniteMagnitude])
  }

  /// The lengths by comparing every position with the end.
  @Test func repetitionsAreTheLongest() {
    var random = RandomSource(seed: 6)
    let dry = DRY(multiplier: 1, base: 2, allowedLength: 1, window: nil)
    for _ in 0..<300 {
      let text = (0..<Int(random.next() % 30)).map { _ in Int(random.next() % 3) }
      var longest: [Int: Int] = [:]
      for end in 0..<max(0, text.count - 1) {
        // Ends of the text that end here too.
        let length = zip(text[...end].reversed(), text.reversed()).prefix { $0 == $1 }.count
        if length >= 1 { longest[text[end + 1]] = max(longest[text[end + 1]] ?? 0, length) }
      }
      let expected = text.count > 1 ? longest.mapValues { Float(pow(2, Double($0 - 1))) } : [:]
      #expect(dry.penalties(after: text.reversed(), breakers: SequenceBreakers()) == expected, "\(text)")
    }
  }

  @Test func breakersLimitWhatCounts() {
    let dry = DRY(multiplier: 1, base: 2, allowedLength: 1, window: nil)
    func penalties(_ text: [Int], _ breakers: [[Int]]) -> [Int: Float] {
      dry.penalties(after: text.reversed(), breakers: SequenceBreakers(breakers))
    }
    let text = [1, 2, 3, 4, 1, 2, 3]
    #expect(penalties(text, []) == [4: 4])
    // Since the breaker only one token has come; and a breaker of two tokens.
    #expect(penalties(text, [[2]]) == [4: 1])
    #expect(penalties(text, [[1, 2]]) == [4: 1])
    #expect(penalties(text, [[1, 3]]) == [4: 4])
    // A breaker itself may always come.
    #expect(penalties(text, [[4]]) == [:])
    #expect(penalties(text, [[3]]) == [:])
  }

  @Test func breakersAreFoundHoweverTheyAreCut() {
    let words = ["a", "\n", " \n b", "x-", "--", "-", "->", ">", "y>-"]
    func breakers(_ texts: [String]) -> SequenceBreakers {
      SequenceBreakers(
        texts, vocabularySize: words.count + 1, bytes: { $0 < words.count ? Array(words[$0].utf8) : nil },
        encode: { text in text.map { words.firstIndex(of: String($0)) ?? 99 } })
    }
    #expect(breakers(["\n"]) == SequenceBreakers([[1], [2]]))
    #expect(breakers(["->"]) == SequenceBreakers([[6], [3, 7], [4, 7], [5, 7], [8, 7]]))
    #expect(breakers([]) == SequenceBreakers())
    #expect(breakers(["é"]) == SequenceBreakers())
  }
}
