extension PublishedFacts {
  /// What OpenAI published about the GPT family.
  static let gptFacts: [(String, PublishedFacts)] = [("gpt-1", gpt1)] + gpt2 + gpt3 + gptOSS + [("gpt-small", own)]

  /// Presets of Swiftlet's own.
  static let own = PublishedFacts(
    "Swiftlet", [(.release, "a preset of Swiftlet's own, for training on a laptop", nil)])

  private static let gpt1 = PublishedFacts(
    "Radford et al. 2018, Improving Language Understanding by Generative Pre-Training", contextLength: 512,
    [
      (.release, "June 2018", nil), (.trainingTokens, nil, nil), (.context, "512", nil),
      (.batchTokens, "64 texts of 512 = 32,768", nil), (.peakLearningRate, "2.5e-4", nil),
      (.vocabulary, "40,478 (40,000 merges)", "github.com/openai/finetune-transformer-lm"),
      (.compute, "0.96 petaflop/s-days = 8.3e19 FLOPs", "openai.com/index/language-unsupervised"),
      (.acceleratorHours, "8 GPUs for 30 days", "openai.com/index/language-unsupervised"),
    ])

  private static let gpt2: [(String, PublishedFacts)] = [
    ("gpt2", "February 2019"), ("gpt2-medium", "May 2019"), ("gpt2-large", "August 2019"),
    ("gpt2-xl", "November 2019"),
  ].map { name, release in
    let facts = PublishedFacts(
      "Radford et al. 2019, Language Models are Unsupervised Multitask Learners", contextLength: 1024,
      [
        (.release, release, "openai.com/index/gpt-2-1-5b-release"), (.trainingTokens, nil, nil),
        (.context, "1,024", nil), (.batchTokens, "512 texts of 1,024 = 524,288", nil), (.peakLearningRate, nil, nil),
        (.vocabulary, "50,257", nil), (.compute, nil, nil), (.acceleratorHours, nil, nil),
      ])
    return (name, facts)
  }

  /// Tables 2.1 and D.1 of the paper.
  private static let gpt3: [(String, PublishedFacts)] = [
    ("gpt-3-125m", "0.5M", "6.0e-4", "2.25e20"), ("gpt-3-350m", "0.5M", "3.0e-4", "6.41e20"),
    ("gpt-3-760m", "0.5M", "2.5e-4", "1.37e21"), ("gpt-3-1.3b", "1M", "2.0e-4", "2.38e21"),
    ("gpt-3-2.7b", "1M", "1.6e-4", "4.77e21"), ("gpt-3-6.7b", "2M", "1.2e-4", "1.20e22"),
    ("gpt-3-13b", "2M", "1.0e-4", "2.31e22"), ("gpt-3-175b", "3.2M", "0.6e-4", "3.14e23"),
  ].map { name, batch, rate, compute in
    let facts = PublishedFacts(
      "Brown et al. 2020, arXiv 2005.14165", tokens: 300e9, contextLength: 2048,
      [
        (.release, "May 2020", nil), (.trainingTokens, "300B", nil), (.context, "2,048", nil),
        (.batchTokens, batch, nil), (.peakLearningRate, rate, nil), (.vocabulary, "50,257, that of GPT-2", nil),
        (.compute, compute + " FLOPs", nil), (.acceleratorHours, nil, nil),
      ])
    return (name, facts)
  }

  private static let gptOSS: [(String, PublishedFacts)] = [
    ("gpt-oss-20b", "almost 10 times fewer than gpt-oss-120b"), ("gpt-oss-120b", "2.1M hours of H100"),
  ].map { name, hours in
    let facts = PublishedFacts(
      "gpt-oss model card, arXiv 2508.10925",
      [
        (.release, "August 2025", nil), (.trainingTokens, nil, nil), (.batchTokens, nil, nil),
        (.peakLearningRate, nil, nil), (.vocabulary, "201,088", nil), (.acceleratorHours, hours, nil),
      ])
    return (name, facts)
  }
}
