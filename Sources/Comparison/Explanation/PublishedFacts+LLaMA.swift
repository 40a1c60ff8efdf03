extension PublishedFacts {
  /// What Meta published about the LLaMA family.
  static let llamaFacts: [(String, PublishedFacts)] =
    llama1 + llama2 + llama3 + llama31 + llama32 + llama33 + llama4 + [("llama-small", own)]

  private static let llama1: [(String, PublishedFacts)] = [
    ("llama-1-7b", 1.0e12, "3.0e-4", "82,432"), ("llama-1-13b", 1.0e12, "3.0e-4", "135,168"),
    ("llama-1-33b", 1.4e12, "1.5e-4", "530,432"), ("llama-1-65b", 1.4e12, "1.5e-4", "1,022,362"),
  ].map { name, tokens, rate, hours in
    let facts = PublishedFacts(
      "Touvron et al. 2023, arXiv 2302.13971", tokens: tokens, contextLength: 2048,
      [
        (.release, "February 2023", nil), (.trainingTokens, tokens == 1.0e12 ? "1.0T" : "1.4T", nil),
        (.context, "2,048", "github.com/facebookresearch/llama"), (.batchTokens, "4M", nil),
        (.peakLearningRate, rate, nil),
        (.vocabulary, "32,000", "github.com/facebookresearch/llama"),
        (.acceleratorHours, hours + " hours of A100 80GB", nil),
      ])
    return (name, facts)
  }

  private static let llama2: [(String, PublishedFacts)] = [
    ("llama-2-7b", "3.0e-4", "184,320"), ("llama-2-13b", "3.0e-4", "368,640"), ("llama-2-70b", "1.5e-4", "1,720,320"),
  ].map { name, rate, hours in
    let facts = PublishedFacts(
      "Touvron et al. 2023, arXiv 2307.09288", tokens: 2.0e12, contextLength: 4096,
      [
        (.release, "July 2023", nil), (.trainingTokens, "2.0T", nil), (.context, "4,096", nil),
        (.batchTokens, "4M", nil), (.peakLearningRate, rate, nil), (.vocabulary, "32k", nil),
        (.acceleratorHours, hours + " hours of A100 80GB", nil),
      ])
    return (name, facts)
  }

  private static let llama3: [(String, PublishedFacts)] = [
    ("llama-3-8b", "1.3M"), ("llama-3-70b", "6.4M"),
  ].map { name, hours in
    let facts = PublishedFacts(
      "Llama 3 model card", tokens: 15e12, contextLength: 8192,
      [
        (.release, "April 2024", nil), (.trainingTokens, "over 15T", nil), (.context, "8k", nil),
        (.vocabulary, "128,256", "config.json of the released model"),
        (.acceleratorHours, hours + " hours of H100 80GB", nil),
      ])
    return (name, facts)
  }

  private static let llama31: [(String, PublishedFacts)] = [
    ("llama-3.1-8b", 15e12, "over 15T", "3e-4", "1.46M"), ("llama-3.1-70b", 15e12, "over 15T", "1.5e-4", "7.0M"),
    ("llama-3.1-405b", 15.6e12, "15.6T", "8e-5", "30.84M"),
  ].map { name, tokens, text, rate, hours in
    let (paper, isLargest) = ("Llama team 2024, arXiv 2407.21783", name == "llama-3.1-405b")
    let largest: [(topic: Topic, text: String?, source: String?)] = [
      (.context, "4,096, soon 8,192, in the end in stages to 128K", paper),
      (.batchTokens, "4M of 4,096 each, later 8M and 16M of 8,192", paper), (.compute, "3.8e25 FLOPs", paper),
    ]
    let facts = PublishedFacts(
      "Llama 3.1 model card", tokens: tokens, contextLength: isLargest ? 8192 : nil,
      [
        (.release, "July 2024", nil), (.trainingTokens, text, isLargest ? paper : nil),
        (.peakLearningRate, rate, paper), (.vocabulary, "128K", paper),
        (.acceleratorHours, hours + " hours of H100 80GB", nil),
      ] + (isLargest ? largest : [(.context, "128k", nil)]))
    return (name, facts)
  }

  private static let llama32: [(String, PublishedFacts)] = [
    ("llama-3.2-1b", "370,000"), ("llama-3.2-3b", "460,000"),
  ].map { name, hours in
    let facts = PublishedFacts(
      "Llama 3.2 model card", tokens: 9e12,
      [
        (.release, "September 2024", nil), (.trainingTokens, "up to 9T, with logits of larger models", nil),
        (.context, "128k", nil), (.vocabulary, "128,256", "config.json of the released model"),
        (.acceleratorHours, hours + " hours of H100 80GB", nil),
      ])
    return (name, facts)
  }

  private static let llama33: [(String, PublishedFacts)] = [
    (
      "llama-3.3-70b",
      PublishedFacts(
        "Llama 3.3 model card", tokens: 15e12,
        [
          (.release, "December 2024", nil), (.trainingTokens, "over 15T", nil), (.context, "128k", nil),
          (.vocabulary, "128,256", "config.json of the released model"),
          (.acceleratorHours, "7.0M hours of H100 80GB", nil),
        ])
    )
  ]

  private static let llama4: [(String, PublishedFacts)] = [
    ("llama-4-scout", 40e12, "about 40T", "10M", "5.0M"), ("llama-4-maverick", 22e12, "about 22T", "1M", "2.38M"),
  ].map { name, tokens, text, context, hours in
    let facts = PublishedFacts(
      "Llama 4 model card", tokens: tokens,
      [
        (.release, "April 2025", nil), (.trainingTokens, text + ", images among them", nil),
        (.context, "up to \(context) when used", nil), (.vocabulary, "202,048", "config.json of the released model"),
        (.acceleratorHours, hours + " hours of H100 80GB", nil),
      ])
    return (name, facts)
  }
}
