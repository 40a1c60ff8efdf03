/// The extents of a tensor, outermost first: `[rows, columns]`. Elements are contiguous in row-major order.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each dimension.
  public let dimensions: [Int]

  /// A shape with these extents. They must not be negative; `checkedElementCount(_:)` vets extents from a file.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Extents, outermost first: `[rows, columns]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// How many dimensions there are.
  public var rank: Int { dimensions.count }

  /// The extent of one dimension.
  public subscript(_ dimension: Int) -> Int { dimensions[dimension] }

  /// The product of the extents: 1 for a scalar.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// The last extent: how many elements are contiguous in a row.
  public var columnCount: Int { dimensions.last ?? 1 }

  /// How many rows of `columnCount` elements there are.
  public var rowCount: Int { dimensions.dropLast().reduce(1, *) }

  /// The extents as in source code: `[2, 3]`.
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }

  /// The product of extents that come from a file, or nil when one is negative or the product overflows.
  public static func checkedElementCount(_ dimensions: [Int]) -> Int? {
    var count = 1
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }
}
