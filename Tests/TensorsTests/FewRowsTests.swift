import CTensorKernels
import Tensors
import Testing

/// Up to `fewRows` rows at a time have the bits that each would have alone: what speculative decoding rests on.
@Suite struct FewRowsTests {
  static let types: [ElementType] = ElementType.allCases.filter {
    ![.i8, .u8, .i16, .i32, .i64, .f64].contains($0)
  }

  /// Small positive numbers and scales, whatever the type.
  private func weight(_ shape: Shape, _ type: ElementType) -> Tensor {
    let tensor = Tensor(uninitialized: shape, elementType: type)
    tensor.withMutableBytes { bytes in
      var source = RandomSource(seed: 5)
      for index in 0..<bytes.byteCount {
        bytes.storeBytes(of: UInt8.random(in: 0...0x3f, using: &source), toByteOffset: index, as: UInt8.self)
      }
    }
    return tensor
  }

  @Test(arguments: types, [WeightLayout.outputMajor, .inputMajor])
  func productsOfFewRowsAreThoseOfEach(_ type: ElementType, _ layout: WeightLayout) {
    let (input, output) = (768, 512)
    let weight = weight(layout == .outputMajor ? [output, input] : [input, output], type)
    let bias = Tensor(numbers(output, seed: 1), shape: [output])
    let x = Tensor(numbers(fewRows * input, seed: 2), shape: [fewRows, input])
    let alone = (0..<fewRows).map {
      linear(x.rows($0..<$0 + 1), weight: weight, layout: layout, bias: bias).floats()
    }
    for count in 2...fewRows {
      let together = linear(x.rows(0..<count), weight: weight, layout: layout, bias: bias).floats()
      #expect(together == Array(alone.prefix(count).joined()), "\(count) rows of \(type)")
    }
  }

  /// Sequences that are generated side by side: as many rows as kernels take together are computed as each alone, and
  /// more of them nearly so. Columns are no whole number of vectors, slices or blocks of 256, and rows of weights leave
  /// some over.
  @Test(
    arguments: [ElementType.f32, .f16, .bf16, .q8_0, .q4_0],
    [[509, 800], [37, 1056], [64, 35], [1, 2080], [8200, 32]])
  func productsOfManyRowsAreThoseOfEach(_ type: ElementType, _ shape: [Int]) throws {
    let (output, input, most) = (shape[0], type.isBlocked ? shape[1] / 32 * 32 : shape[1], 33)
    let weight = try Tensor(numbers(output * input, seed: 3), shape: [output, input]).encoded(to: type)
    let bias = Tensor(numbers(output, seed: 1), shape: [output])
    let x = Tensor(numbers(most * input, seed: 2), shape: [most, input])
    let part = Linear(weight: weight, bias: bias).kept
    let alone = (0..<most).map { linears(x.rows($0..<$0 + 1), [part])[0].floats() }
    let served = unsafe max(fewRows, type.isBlocked ? Kernels.table.block_dots_most : Kernels.table.dots_most)
    for count in 2...most {
      let together = linears(x.rows(0..<count), [part])[0].floats()
      let expected = Array(alone.prefix(count).joined())
      if count <= served {
        #expect(together == expected, "\(count) rows of \(type)")
      } else {
        let largest = expected.reduce(0) { max($0, abs($1)) }
        #expect(zip(together, expected).allSatisfy { abs($0 - $1) < 0.01 * largest }, "\(count) rows of \(type)")
      }
    }
  }

  /// A part of a model reads a copy whose rows are interleaved; the rows of the last eight are not all there.
  @Test(arguments: types.filter(\.isBlocked))
  func productsWithACopyAreThoseOfEach(_ type: ElementType) throws {
    let (input, output, count) = (768, 509, 21)
    let values = Tensor(numbers(output * input, seed: 3), shape: [output, input])
    let weight = try values.encoded(to: type)
    let bias = Tensor(numbers(output, seed: 1), shape: [output])
    let part = Linear(weight: weight, bias: bias).kept
    let x = Tensor(numbers(count * input, seed: 2), shape: [count, input])
    let alone = (0..<count).map { linears(x.rows($0..<$0 + 1), [part])[0].floats() }
    for rows in [2, 3, 7, fewRows] {
      let together = linears(x.rows(0..<rows), [part, part])
      #expect(together[0].floats() == Array(alone.prefix(rows).joined()), "\(rows) rows of \(type)")
      #expect(together[1].floats() == together[0].floats())
    }
    // Many rows have the same bits where the copy serves them too, and nearly the same where it does not.
    let many = linears(x, [part])[0].floats()
    let exact = matrixMultiply(x, weight.converted(to: .f32), transposeB: true).floats()
    let (largest, biases) = (exact.map(abs).max() ?? 0, bias.floats())
    for (index, value) in many.enumerated() {
      #expect(abs(value - biases[index % output] - exact[index]) < 0.01 * largest)
    }
    for (one, other) in zip(alone.joined(), many) { #expect(abs(one - other) < 0.01 * largest) }
  }

  static let patterns: [AttentionPattern] = [.full, .banded(window: 40), .chunked(size: 70)]

  @Test(arguments: patterns, [ElementType.f32, .f16])
  func attentionOfFewQueriesIsThatOfEach(_ pattern: AttentionPattern, _ type: ElementType) {
    let (headCount, kvHeadCount, headSize) = (6, 2, 32)
    // Below, at and past the blocks in which keys are read.
    for before in [0, 1, 61, 127, 128, 300] {
      let keyCount = before + fewRows
      func cached(_ seed: UInt64) -> Tensor {
        let width = kvHeadCount * headSize
        return Tensor(numbers(keyCount * width, seed: seed), shape: [keyCount, width]).converted(to: type)
      }
      let (keys, values) = (cached(1), cached(2))
      let queries = Tensor(numbers(fewRows * headCount * headSize, seed: 3), shape: [fewRows, headCount * headSize])
      func attend(_ rows: Range<Int>) -> [Float] {
        let segment = AttentionSegment(
          queryRows: 0..<rows.count, keys: keys, values: values, keyCount: before + rows.upperBound,
          firstPosition: before + rows.lowerBound)
        return attention(
          queries: queries.rows(rows), segments: [segment], headCount: headCount, kvHeadCount: kvHeadCount,
          headSize: headSize, scale: 0.2, pattern: pattern, sinks: nil
        ).floats()
      }
      let alone = (0..<fewRows).map { attend($0..<$0 + 1) }
      for count in 2...fewRows {
        #expect(attend(0..<count) == Array(alone.prefix(count).joined()), "\(count) queries after \(before) keys")
      }
    }
  }
}
