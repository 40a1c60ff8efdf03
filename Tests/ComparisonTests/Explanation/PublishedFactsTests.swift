import Comparison
import LanguageModels
import Testing

@Suite struct PublishedFactsTests {
  @Test(arguments: Preset.all.map(\.name)) func everyPresetHasFactsWithSources(_ name: String) throws {
    let published = try #require(PublishedFacts.of(preset: name))
    #expect(!published.facts.isEmpty && published[.release]?.text != nil)
    #expect(published.facts.allSatisfy { !$0.source.isEmpty && $0.text?.isEmpty != true })
    // A topic is told once, and a number only where there are words for it.
    #expect(Set(published.facts.map(\.topic)).count == published.facts.count)
    #expect((published.trainingTokens != nil) == (published[.trainingTokens]?.text != nil))
    if let length = published.trainingContextLength {
      #expect(length <= (try #require(Preset.named(name)).configuration.contextLength))
    }
  }

  @Test func figuresAreThoseOfThePapers() {
    func tokens(_ name: String) -> Double? { PublishedFacts.of(preset: name)?.trainingTokens }
    #expect(tokens("gpt-3-175b") == 300e9 && tokens("llama-1-7b") == 1e12 && tokens("llama-1-65b") == 1.4e12)
    #expect(tokens("llama-2-70b") == 2e12 && tokens("llama-3.1-405b") == 15.6e12 && tokens("llama-4-scout") == 40e12)
    #expect(tokens("gpt2") == nil && PublishedFacts.of(preset: "gpt2")?[.trainingTokens]?.text == nil)
    #expect(PublishedFacts.of(preset: "GPT-3-175B")?[.peakLearningRate]?.text == "0.6e-4")
    #expect(PublishedFacts.of(preset: "gpt-9") == nil)
  }

  /// The papers' counts of operations are six for each parameter and token, within what attention and embeddings add.
  @Test(arguments: Preset.all.map(\.name).filter { $0.hasPrefix("gpt-3-") })
  func countsOfOperationsAgree(_ name: String) throws {
    let preset = try #require(Preset.named(name))
    let text = try #require(PublishedFacts.of(preset: name)?[.compute]?.text)
    let published = try #require(Double(text.replacing(" FLOPs", with: "")))
    let computed = 6 * Double(preset.configuration.parameterCount) * 300e9
    #expect(abs(computed / published - 1) < 0.03, "\(computed) and \(published)")
  }
}
