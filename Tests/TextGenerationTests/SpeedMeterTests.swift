import Foundation
import Synchronization
import TextGeneration
import Testing

@Suite struct SpeedMeterTests {
  @Test func promptsAreReadInChunksAndTokensOneByOne() throws {
    let predictor = FakePredictor(contextLength: 2_000)
    let meter = SpeedMeter(predictor: predictor)
    let prompt = try #require(try meter.measure(SpeedTest(.prompt, tokens: 700, depth: 600), repetitions: 1))
    // The depth is read once, and then only what is measured.
    let reads = predictor.reads.withLock { $0 }
    #expect(reads.starts(with: [512, 88, 512, 188, 512, 188]))
    #expect(reads.count == 4 + 2 * prompt.runsPerRepetition)
    #expect(predictor.held.withLock { $0 }.count == 1_300)
    predictor.reads.withLock { $0 = [] }
    let generation = try #require(try meter.measure(SpeedTest(.generation, tokens: 5, depth: 700), repetitions: 2))
    // The first hundred of the tokens that the prompt had are those of this depth.
    let single = predictor.reads.withLock { $0 }
    #expect(single.count == 5 + 10 * generation.runsPerRepetition)
    let largest = single.max()
    #expect(largest == 1)
    #expect(predictor.held.withLock { $0 }.count == 705)
    #expect(generation.seconds.count == 2 && generation.runsPerRepetition > 1)
  }

  @Test func whatWasDroppedIsReadAgainOutsideTheMeasurement() throws {
    let predictor = FakePredictor(
      contextLength: 600, mostForgotten: 8, beforeRead: { Thread.sleep(forTimeInterval: 0.02) })
    let meter = SpeedMeter(predictor: predictor)
    let clock = ContinuousClock()
    let start = clock.now
    let result = try #require(try meter.measure(SpeedTest(.prompt, tokens: 9, depth: 520), repetitions: 1))
    let elapsed = (clock.now - start) / .seconds(1)
    #expect(predictor.reads.withLock { $0 }.prefix(6) == [512, 8, 9, 512, 8, 9])
    #expect(predictor.held.withLock { $0 }.count == 529)
    // One pass in three is what was asked for.
    #expect(result.seconds[0] * Double(result.runsPerRepetition) < 0.6 * elapsed)
  }

  @Test func textsSideBySideReadTheirTokensInOnePass() throws {
    let predictor = FakePredictor(contextLength: 200, beforeRead: { Thread.sleep(forTimeInterval: 0.02) })
    let meter = SpeedMeter(predictor: predictor)
    let test = SpeedTest(.generation, tokens: 5, depth: 30, sequences: 3)
    let result = try #require(try meter.measure(test, repetitions: 1))
    // A run to warm up, and the one that is measured.
    #expect(predictor.reads.withLock { $0 } == [30, 30, 30] + Array(repeating: 1, count: 2 * 15))
    #expect(predictor.batches.withLock { $0 } == Array(repeating: [1, 1, 1], count: 2 * 5))
    #expect(result.runsPerRepetition == 1)
    #expect(result.speeds[0] == 15 / result.seconds[0])
    #expect(test.name == "tg5 ×3 @ d30")
    for (kind, sequences) in [(SpeedTest.Kind.generation, 0), (.prompt, 2), (.generation, 1025)] {
      #expect(!meter.fits(SpeedTest(kind, tokens: 5, sequences: sequences)))
    }
  }

  @Test func shortRunsAreRepeatedAndLongOnesAreNot() throws {
    let slow = FakePredictor(beforeRead: { Thread.sleep(forTimeInterval: 0.05) })
    let result = try #require(
      try SpeedMeter(predictor: slow).measure(SpeedTest(.generation, tokens: 6), repetitions: 2))
    #expect(result.runsPerRepetition == 1 && result.seconds.count == 2)
    #expect((5...20.5).contains(result.median) && result.secondsPerToken >= 0.05)
    let first = try SpeedMeter(predictor: slow).readFirstToken()
    #expect((0.05..<1).contains(first))
  }

  @Test func testsHaveTheNamesOfLlamaBench() {
    #expect(SpeedTest(.prompt, tokens: 256).name == "pp256")
    #expect(SpeedTest(.generation, tokens: 32, depth: 4096).name == "tg32 @ d4096")
  }

  @Test func whatTheContextDoesNotHoldIsATypedError() throws {
    let meter = SpeedMeter(predictor: FakePredictor(contextLength: 64))
    for (tokens, depth) in [(65, 0), (32, 33), (0, 1), (1, -1), (.max, .max)] {
      let test = SpeedTest(.generation, tokens: tokens, depth: depth)
      #expect(!meter.fits(test))
      #expect(throws: GenerationError.self) { try meter.measure(test, repetitions: 1) }
    }
    #expect(meter.fits(SpeedTest(.prompt, tokens: 32, depth: 32)))
  }

  @Test func cancellingEndsAmongTokens() throws {
    let predictor = FakePredictor()
    var asked = 0
    let result = try SpeedMeter(predictor: predictor).measure(
      SpeedTest(.generation, tokens: 30), repetitions: 3,
      isCancelled: {
        asked += 1
        return asked > 10
      })
    #expect(result == nil && predictor.reads.withLock { $0 }.count == 10)
  }

  @Test func statisticsAreThoseOfTheSamples() {
    let result = SpeedResult(test: SpeedTest(.prompt, tokens: 12), seconds: [1, 2, 3, 4], runsPerRepetition: 1)
    #expect(result.speeds == [12, 6, 4, 3])
    #expect(result.mean == 6.25 && result.median == 5 && abs(result.deviation - 4.031_128_9) < 1e-6)
    #expect(SpeedResult(test: result.test, seconds: [2], runsPerRepetition: 1).deviation == 0)
  }
}
