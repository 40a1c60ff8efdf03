import Testing
import Training

@Suite struct LearningRateScheduleTests {
  /// nanoGPT's: (step + 1) / (warmup + 1) of the peak, then half a cosine down to the final rate.
  @Test func cosineWithWarmup() throws {
    let schedule = try LearningRateSchedule(.cosine, peak: 1, final: 0.1, warmup: 9, steps: 109)
    #expect(schedule.rate(at: 0) == 0.1)
    #expect(schedule.rate(at: 8) == 0.9)
    #expect(schedule.rate(at: 9) == 1)
    #expect(abs(schedule.rate(at: 59) - 0.55) < 1e-12)
    #expect(abs(schedule.rate(at: 34) - (0.1 + 0.9 * (1 + 0.5.squareRoot()) / 2)) < 1e-12)
    #expect(schedule.rate(at: 109) == 0.1)
    #expect(schedule.rate(at: 1_000_000) == 0.1)
  }

  @Test func straightLines() throws {
    let linear = try LearningRateSchedule(.linear, peak: 2, steps: 10)
    #expect((0...10).map(linear.rate(at:)).last == 0)
    #expect(linear.rate(at: 0) == 2 && abs(linear.rate(at: 5) - 1) < 1e-12)
    let stable = try LearningRateSchedule(.warmupStableDecay(decay: 4), peak: 2, final: 1, warmup: 1, steps: 10)
    #expect((0..<10).map(stable.rate(at:)) == [1, 2, 2, 2, 2, 2, 2, 1.75, 1.5, 1.25])
    #expect(try LearningRateSchedule(.constant, peak: 3, steps: 5).rate(at: 4) == 3)
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(throws: TrainingError.self) { try LearningRateSchedule(.cosine, peak: 1, warmup: 11, steps: 10) }
    #expect(throws: TrainingError.self) {
      try LearningRateSchedule(.warmupStableDecay(decay: 8), peak: 1, warmup: 3, steps: 10)
    }
    #expect(throws: TrainingError.self) { try LearningRateSchedule(.linear, peak: .nan, steps: 10) }
    #expect(throws: TrainingError.self) { try LearningRateSchedule(.linear, peak: 1, final: 2, steps: 10) }
    #expect(throws: TrainingError.self) { try LearningRateSchedule(.linear, peak: 1, steps: 0) }
  }
}
