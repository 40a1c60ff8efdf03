/// What a paper found when it exchanged the same part.
struct PublishedFinding: Sendable {
  /// Which way the paper's loss went.
  enum Direction: Sendable { case better, worse }

  /// The arm with the part, and the one without.
  let arm, against: String
  let direction: Direction
  /// Figures and source.
  let text: String

  /// The findings that ladders can be held against.
  static let all: [PublishedFinding] = [
    PublishedFinding(
      arm: "rmsnorm", against: "rotary", direction: .better,
      text:
        "RMSNorm for layer normalisation: early loss 2.167 ± 0.008 and 2.182 ± 0.005, final 1.821 and 1.838, at 223M"
        + " parameters (Narang et al. 2021, arXiv 2102.11972)"),
    PublishedFinding(
      arm: "swiglu", against: "rmsnorm", direction: .better,
      text: "SwiGLU for GELU at equal parameters: log-perplexity 1.944 and 1.983 in T5-base (Shazeer 2020, arXiv"
        + " 2002.05202); final loss 1.789 and 1.838 (Narang et al. 2021)"),
    PublishedFinding(
      arm: "rotary", against: "gpt-2", direction: .better,
      text: "rotary for learned positions: validation loss 2.759 and 2.809 at 125M parameters, 2.173 and 2.240 at 1.4B"
        + " (EleutherAI 2021, on the paper arXiv 2104.09864)"),
    PublishedFinding(
      arm: "grouped-query", against: "no-biases", direction: .worse,
      text:
        "eight key heads for all: 47.1 and 47.2 on average over summaries, translation and questions in T5-XXL, with"
        + " 0.28 s instead of 1.51 s a sample (Ainslie et al. 2023, arXiv 2305.13245)"),
    PublishedFinding(
      arm: "gpt-1-cold", against: "gpt-1", direction: .worse,
      text: "without warmup, normalisation after the sums trains badly or not at all (Xiong et al. 2020, arXiv"
        + " 2002.04745)"),
    PublishedFinding(
      arm: "back-gelu", against: "back-layernorm", direction: .worse,
      text: "GELU for SwiGLU: see SwiGLU (Shazeer 2020; Narang et al. 2021)"),
    PublishedFinding(
      arm: "gpt-2", against: "back-tied", direction: .worse,
      text: "learned for rotary positions: see rotary (EleutherAI 2021)"),
    PublishedFinding(
      arm: "back-layernorm", against: "llama", direction: .worse,
      text: "layer normalisation for RMSNorm: see RMSNorm (Narang et al. 2021)"),
  ]

  /// What a measured difference says to it.
  func agreement(_ difference: Estimate) -> String {
    switch (Verdict(difference), direction) {
    case (.withinNoise, _): "cannot tell: within noise"
    case (.better, .better), (.worse, .worse): "agrees"
    default: "differs"
    }
  }
}
