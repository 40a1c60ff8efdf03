import Testing
import Training

@Suite struct LossCurveTests {
  private func rows(_ count: Int) -> [MetricsRow] {
    (0..<count).map { step in
      let loss = 2 + 8 / (1 + Double(step) / 50) + 0.1 * Double(step * 7919 % 11 - 5)
      return .init(
        step: step, loss: loss, validationLoss: step % (1 + count / 10) == 0 ? loss + 0.05 : nil, learningRate: 6e-4,
        gradientNorm: 1, tokensPerSecond: 50_000)
    }
  }

  @Test func aMillionStepsFitIntoAMail() {
    let html = LossCurve(title: "long", rows: rows(1_000_000)).html()
    #expect(html.utf8.count < 300_000)
  }

  @Test func itShowsWhatOneAsks() {
    let curve = LossCurve(
      title: "stories", facts: [("Model", "LLaMA")], rows: rows(500), floor: .init("the grammar's entropy", nats: 1.25),
      isRunning: true)
    let html = curve.html()
    for text in [
      "Step 499", "Updates every 10 s", "Best validation loss", "Above the floor", "the grammar&#39;s entropy",
      "training, smoothed", "Learning rate", "Gradient norm", "Tokens per second", "<dd>LLaMA</dd>",
    ] { #expect(html.contains(text), "\(text)") }
  }

  @Test func aFinishedRunSaysSo() {
    let html = LossCurve(title: "done", rows: rows(10)).html()
    #expect(html.contains("Finished at step 9") && !html.contains("reload"))
  }

  /// After a return to step 5, what came after it the first time is forgotten.
  @Test func theLastWordCounts() {
    var lost = Array(rows(10)[..<8])
    for i in 5..<8 { lost[i].loss = 777 }
    let resumed = LossCurve(title: "", rows: lost + rows(10)[5...]).html()
    let isSame = resumed == LossCurve(title: "", rows: rows(10)).html()
    #expect(isSame)
  }

  @Test func nothingAndNotANumber() {
    #expect(LossCurve(title: "", isRunning: true).html().contains("No step is done yet"))
    let broken = MetricsRow(
      step: .max, loss: .nan, validationLoss: .infinity, learningRate: .nan, gradientNorm: -.infinity,
      tokensPerSecond: .nan)
    #expect(LossCurve(title: "", rows: [broken]).html().contains("No values"))
  }
}
