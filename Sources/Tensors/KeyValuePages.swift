import CTensorKernels

/// How a cache keeps keys and values: in pages of so many tokens, within a page head after head, so that whoever works on
/// one head reads a run of memory, and each head's tokens in tiles that the kernels read (`CTK_TILE`).
package struct KeyValueFormat: Sendable, Hashable {
  /// How the numbers are stored: a type of `holdable`.
  package let keyType, valueType: ElementType
  package let kvHeadCount, headSize: Int
  /// How many tokens a page holds.
  package let pageLength: Int

  /// The types that attention reads where they lie.
  package static let holdable: [ElementType] = [.f32, .f16, .bf16, .q8_0, .q4_0]

  static let tile = Int(CTK_TILE)

  package init(
    keyType: ElementType, valueType: ElementType, kvHeadCount: Int, headSize: Int, contextLength: Int
  ) {
    precondition(keyType.cacheCode != nil && valueType.cacheCode != nil, "\(keyType), \(valueType) cannot be cached")
    self.keyType = keyType
    self.valueType = valueType
    self.kvHeadCount = kvHeadCount
    self.headSize = headSize
    // Whole tiles. A part of the keys that one thread takes never crosses pages.
    pageLength = min(
      ShortAttention.partLength, max(1, contextLength / Self.tile + (contextLength % Self.tile).signum()) * Self.tile)
  }

  /// The bytes of one head's key or value; the last block is filled up with zeros.
  func rowBytes(_ type: ElementType) -> Int { type.paddedCount(headSize) / type.blockSize * type.bytesPerBlock }

  /// The bytes of one token in one layer.
  package var bytesPerToken: Int { kvHeadCount * (rowBytes(keyType) + rowBytes(valueType)) }

  /// The bytes of a page of one layer.
  package var bytesPerPage: Int { pageLength * bytesPerToken }
}

extension ElementType {
  /// `count` rounded up to whole blocks.
  func paddedCount(_ count: Int) -> Int { (count + blockSize - 1) / blockSize * blockSize }
}

/// One layer's keys and values of a sequence: its part of every page.
public struct KeyValuePages: Sendable {
  let format: KeyValueFormat
  private let pages: [Storage]
  private let firstPage: Int
  private let offset: Int

  /// Pages for so many tokens of one layer, in which nothing has been written.
  ///
  ///     let cache = KeyValuePages(tokens: 4096, kvHeadCount: 8, headSize: 64, keyType: .q8_0, valueType: .f16)
  ///     cache.write(keys: k, values: v, at: 0)
  /// - Parameters:
  ///   - keyType: float32, float16, bfloat16, Q8_0 or Q4_0.
  ///   - valueType: as keyType
  public init(tokens: Int, kvHeadCount: Int, headSize: Int, keyType: ElementType, valueType: ElementType) {
    let format = KeyValueFormat(
      keyType: keyType, valueType: valueType, kvHeadCount: kvHeadCount, headSize: headSize, contextLength: tokens)
    let count = (tokens + format.pageLength - 1) / format.pageLength
    let pages = (0..<count).map { _ in Storage(byteCount: format.bytesPerPage) }
    self.init(format, pages: pages, firstPage: 0, layer: 0)
  }

  /// The bytes of one token's key and value.
  public var bytesPerToken: Int { format.bytesPerToken }

  /// - Parameters:
  ///   - pages: The pages that there are, in order; each holds `format.bytesPerPage` for every layer.
  ///   - firstPage: How many pages before them are gone.
  ///   - layer: Which of the layers that share the pages.
  package init(_ format: KeyValueFormat, pages: [Storage], firstPage: Int, layer: Int) {
    self.format = format
    self.pages = pages
    self.firstPage = firstPage
    offset = layer * format.bytesPerPage
  }

  var keys: KeyRows {
    KeyRows(
      pages: pages, firstPage: firstPage, format: format, offset: offset, elementType: format.keyType)
  }

  var values: KeyRows {
    KeyRows(
      pages: pages, firstPage: firstPage, format: format,
      offset: offset + format.pageLength * format.kvHeadCount * format.rowBytes(format.keyType),
      elementType: format.valueType)
  }

  /// Stores the keys and values of tokens that follow each other, rounded to the cache's types.
  /// - Parameters:
  ///   - keys: [tokens, kvHeadCount * headSize], float32
  ///   - values: as keys
  ///   - position: The first token's.
  public func write(keys: Tensor, values: Tensor, at position: Int) {
    let tokens = keys.shape.rowCount
    precondition(values.shape.rowCount == tokens && keys.shape.columnCount == format.kvHeadCount * format.headSize)
    precondition(position >= firstPage * format.pageLength)
    precondition(position + tokens <= (firstPage + pages.count) * format.pageLength)
    store(keys, in: self.keys, at: position, Kernels.table.write_key)
    store(values, in: self.values, at: position, Kernels.table.write_value)
  }

  private func store(
    _ rows: Tensor, in target: KeyRows, at position: Int,
    _ write: @convention(c) (Int, UnsafePointer<Float>?, Int32, UnsafeMutableRawPointer?, Int) -> Void
  ) {
    let (size, code, tokens) = (format.headSize, target.cacheCode, rows.shape.rowCount)
    let padded = target.elementType.paddedCount(size)
    ThreadPool.shared.run(format.kvHeadCount, minimum: max(1, 32_768 / max(1, tokens * size))) { heads in
      MemoryCache.withFloats(padded) { block in
        unsafe block.update(repeating: 0, count: padded)
        for head in heads {
          for token in 0..<tokens {
            var source = unsafe UnsafePointer(rows.floatPointer + (token * format.kvHeadCount + head) * size)
            if padded != size {
              unsafe block.update(from: source, count: size)
              unsafe source = UnsafePointer(block)
            }
            let tile = unsafe UnsafeMutableRawPointer(mutating: target.tile(of: head, at: position + token))
            unsafe write(padded, source, code, tile, (position + token) % KeyValueFormat.tile)
          }
        }
      }
    }
  }
}
