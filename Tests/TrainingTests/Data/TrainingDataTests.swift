import Testing
import Training

@Suite struct TrainingDataTests {
  /// A source whose ids count up, so that a sample shows where it was cut; documents of 7 tokens.
  private func source(_ count: Int, from first: Int = 0, _ folder: TemporaryFolder) throws -> TokenSource {
    var output = TokenShardOutput(folder: folder.path, vocabularySize: 65_536, vocabularyHash: SHA256.hash([]))
    // In shards of 50 tokens.
    for start in stride(from: 0, to: count, by: 50) {
      let places = start..<min(start + 50, count)
      if start > 0 { try output.endShard() }
      try output.append(
        .init(ids: places.map { first + $0 }, starts: places.filter { $0 == start || $0 % 7 == 0 }.map { $0 - start }))
    }
    _ = try output.finish()
    return try TokenSource(shards: folder.path)
  }

  @Test func windowsFollowTheTextWhereNothingIsShuffled() throws {
    let folder = try TemporaryFolder()
    let data = try TrainingData([(source(101, folder), nil)], contextLength: 10, seed: nil)
    #expect(data.samplesPerEpoch == 10)
    for index in 0..<10 {
      let sample = try data.sample(at: index)
      #expect(sample.inputs == Array(index * 10..<index * 10 + 10))
      #expect(sample.targets == Array(index * 10 + 1...index * 10 + 10))
      #expect(sample.segments == [0..<10])
    }
    #expect(try data.sample(at: 10) == data.sample(at: 0))
  }

  @Test func anEpochShowsEachWindowOnce() throws {
    let folder = try TemporaryFolder()
    let data = try TrainingData([(source(1000, folder), nil)], contextLength: 10, seed: 3)
    var orders: [[Int]] = []
    for epoch in 0..<3 {
      let firsts = try (0..<data.samplesPerEpoch).map { number in
        let sample = try data.sample(at: epoch * data.samplesPerEpoch + number)
        #expect(sample.inputs.dropFirst() == sample.targets.dropLast())
        #expect(sample.inputs == Array(sample.inputs[0]..<sample.inputs[0] + 10))
        return sample.inputs[0]
      }
      #expect(Set(firsts).count == data.samplesPerEpoch)
      #expect(Set(firsts.map { $0 % 10 }).count == 1)
      orders.append(firsts)
    }
    #expect(Set(orders).count == 3 && Set(orders.map { $0[0] % 10 }).count > 1)
    // Another seed, another order; the same seed, the same.
    let other = try TrainingData([(source(1000, TemporaryFolder()), nil)], contextLength: 10, seed: 4)
    #expect(try (0..<98).map { try other.sample(at: $0).inputs[0] } != orders[0])
    let again = try TrainingData([(source(1000, TemporaryFolder()), nil)], contextLength: 10, seed: 3)
    // Started in the middle, it goes on as if it had begun at the start.
    #expect(try (50..<98).map { try again.sample(at: $0).inputs[0] } == Array(orders[0][50...]))
  }

  @Test func sourcesComeByTheirWeights() throws {
    let folders = try [TemporaryFolder(), TemporaryFolder(), TemporaryFolder()]
    let sources = try folders.enumerated().map { try source(600, from: 1000 * $0, $1) }
    let data = try TrainingData(
      [(sources[0], 1), (sources[1], 2), (sources[2], 1e-12)], contextLength: 5, seed: 1)
    var counts = [0, 0, 0]
    for index in 0..<SourceMixture.blockLength { counts[try data.sample(at: index).inputs[0] / 1000] += 1 }
    // In a block of 65,536: one place each, the rest by weight.
    #expect(counts == [21_845, 43_690, 1])
    var start = [0, 0, 0]
    for index in 0..<3000 { start[try data.sample(at: index).inputs[0] / 1000] += 1 }
    #expect((900...1100).contains(start[0]) && (1900...2100).contains(start[1]))
    // By size where no weight is given.
    let bySize = try TrainingData(
      [(sources[0], nil), (source(1200, from: 5000, TemporaryFolder()), nil)], contextLength: 5, seed: 1)
    let small = try (0..<3000).count { try bySize.sample(at: $0).inputs[0] < 5000 }
    #expect((900...1100).contains(small))
  }

  @Test func everyNumberOfASourceComesOnce() {
    let mixture = SourceMixture(weights: [0.3, 0.5, 0.2], key: 9)
    var seen: [Set<Int>] = [[], [], []]
    for sample in 0..<3 * SourceMixture.blockLength {
      let place = mixture.place(of: sample)
      #expect(seen[place.source].insert(place.index).inserted)
    }
    for numbers in seen { #expect(numbers == Set(0..<numbers.count)) }
    #expect(
      SourceMixture(weights: [.greatestFiniteMagnitude, .greatestFiniteMagnitude], key: 0).place(of: .max).source < 2)
  }

  @Test func documentsMayBeKeptApart() throws {
    let data = try TrainingData(
      [(source(101, TemporaryFolder()), nil)], contextLength: 10, seed: nil, masksDocuments: true)
    // Tokens 10...20: documents begin at 14 and (outside the inputs, as the target of the last) nowhere else.
    let sample = try data.sample(at: 1)
    #expect(sample.segments == [0..<4, 4..<10])
    #expect(sample.targets == [11, 12, 13, -1, 15, 16, 17, 18, 19, 20])
    #expect(sample.texts == [[10, 11, 12, 13], [14, 15, 16, 17, 18, 19]])
    #expect(sample.textTargets == [[11, 12, 13, -1], [15, 16, 17, 18, 19, 20]])
    // Tokens 50...60 begin with a shard; 56 begins a document.
    #expect(try data.sample(at: 5).segments == [0..<6, 6..<10])
    // 70 is a document's beginning, and the target of token 69.
    #expect(try data.sample(at: 6).targets == [61, 62, -1, 64, 65, 66, 67, 68, 69, -1])
    for index in 0..<10 {
      let sample = try data.sample(at: index)
      #expect(sample.segments.flatMap { Array($0) } == Array(0..<10))
    }
  }

  @Test func linesOfIDsAreSamples() throws {
    let folder = try TemporaryFolder([
      "a.jsonl": Array("{\"ids\": [1, 2, 3]}\n{\"ids\": [4, 5]}\n{\"ids\": [6, 7, 8, 9]}".utf8)
    ])
    let source = try TokenSource(sequences: TextInputs([folder.path + "/a.jsonl"]))
    #expect(source.vocabularySize == 10)
    let data = try TrainingData([(source, nil)], contextLength: 3, seed: nil, masksDocuments: true)
    #expect(try (0..<3).map { try data.sample(at: $0).inputs } == [[1, 2], [4], [6, 7, 8]])
    #expect(try (0..<3).map { try data.sample(at: $0).targets } == [[2, 3], [5], [7, 8, 9]])
    let shuffled = try TrainingData([(source, nil)], contextLength: 3, seed: 5)
    #expect(Set(try (3..<6).map { try shuffled.sample(at: $0).inputs }).count == 3)
    #expect(throws: TrainingError.self) { try TrainingData([(source, nil)], contextLength: 2, seed: nil) }
    let (training, validation) = try source.split(validationFraction: 0.3)
    #expect(try TrainingData([(validation, nil)], contextLength: 3, seed: nil).sample(at: 0).inputs == [6, 7, 8])
    #expect(try TrainingData([(training, nil)], contextLength: 3, seed: nil).samplesPerEpoch == 2)
    try folder.write(Array("{\"ids\": [1]}".utf8), "short.jsonl")
    #expect(throws: TrainingError.self) { try TokenSource(sequences: TextInputs([folder.path + "/short.jsonl"])) }
  }

  @Test func validationIsTheEnd() throws {
    let folder = try TemporaryFolder()
    let (training, validation) = try source(1000, folder).split(validationFraction: 0.1)
    #expect(training.tokenCount == 900 && validation.tokenCount == 100)
    let data = try TrainingData([(validation, nil)], contextLength: 10, seed: nil)
    #expect(try data.sample(at: 0).inputs[0] == 900)
    let shuffled = try TrainingData([(training, nil)], contextLength: 10, seed: 1)
    for index in 0..<500 { #expect(try #require(shuffled.sample(at: index).targets.last) < 900) }
    for share in [0, 1, -1, .nan, 1e-30, 0.9999] where share != 1e-30 {
      #expect(throws: TrainingError.self, "\(share)") {
        try source(10, TemporaryFolder()).split(validationFraction: share)
      }
    }
  }

  @Test func dataThatCannotBeUsedIsRefused() throws {
    let small = try source(20, TemporaryFolder())
    #expect(throws: TrainingError.self) { try TrainingData([(small, nil)], contextLength: 20, seed: 1) }
    #expect(throws: TrainingError.self) { try TrainingData([(small, nil)], contextLength: 0, seed: 1) }
    #expect(throws: TrainingError.self) { try TrainingData([(small, nil)], contextLength: .max, seed: 1) }
    #expect(throws: TrainingError.self) { try TrainingData([], contextLength: 5, seed: 1) }
    for weight in [0, -1, .nan, .infinity] {
      #expect(throws: TrainingError.self) { try TrainingData([(small, weight)], contextLength: 5, seed: 1) }
    }
    let data = try TrainingData([(small, nil)], contextLength: 5, seed: 1)
    try data.validate(batchSize: 3, vocabularySize: 65_536)
    #expect(throws: TrainingError.self) { try data.validate(batchSize: 4, vocabularySize: 65_536) }
    #expect(throws: TrainingError.self) { try data.validate(batchSize: 1, vocabularySize: 65_535) }
    #expect(throws: TrainingError.self) { try data.sample(at: -1) }
    _ = try data.sample(at: .max)
  }
}
