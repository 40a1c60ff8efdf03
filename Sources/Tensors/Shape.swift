/// The extents of a tensor, outermost first: `[rows, columns]`. Elements are contiguous in row-major order.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  // The first four in place: every tensor carries a shape, and an array is memory of its own.
  private let first, second, third, fourth: Int  // 1 from the rank on
  private let rest: [Int]?

  /// How many dimensions there are.
  public let rank: Int

  /// A shape with these extents. They must not be negative; `checkedElementCount(_:)` vets extents from a file.
  public init(_ dimensions: [Int]) {
    func extent(_ index: Int) -> Int { index < dimensions.count ? dimensions[index] : 1 }
    (first, second, third, fourth) = (extent(0), extent(1), extent(2), extent(3))
    rest = dimensions.count > 4 ? Array(dimensions[4...]) : nil
    rank = dimensions.count
  }

  /// Extents, outermost first: `[rows, columns]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  private init(first: Int, second: Int, third: Int, fourth: Int, rest: [Int]?, rank: Int) {
    (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    self.rest = rest
    self.rank = rank
  }

  /// A matrix's, without an array.
  init(rows: Int, columns: Int) {
    self.init(first: rows, second: columns, third: 1, fourth: 1, rest: nil, rank: 2)
  }

  /// The same but for the outermost extent.
  func withFirst(_ extent: Int) -> Shape {
    precondition(rank > 0, "a scalar has no outermost extent")
    return Shape(first: extent, second: second, third: third, fourth: fourth, rest: rest, rank: rank)
  }

  /// The extent of each dimension.
  public var dimensions: [Int] { (0..<rank).map { self[$0] } }

  /// The extent of one dimension.
  public subscript(_ dimension: Int) -> Int {
    precondition(dimension >= 0 && dimension < rank, "a shape of \(rank) dimensions has no dimension \(dimension)")
    switch dimension {
    case 0: return first
    case 1: return second
    case 2: return third
    case 3: return fourth
    default: return rest?[dimension - 4] ?? 1
    }
  }

  /// The product of the extents: 1 for a scalar.
  public var elementCount: Int { rowCount * columnCount }

  /// The last extent: how many elements are contiguous in a row.
  public var columnCount: Int { rank == 2 ? second : rank == 0 ? 1 : self[rank - 1] }

  /// How many rows of `columnCount` elements there are.
  public var rowCount: Int {
    switch rank {
    case 0, 1: 1
    case 2: first
    case 3: first * second
    case 4: first * second * third
    default: first * second * third * fourth * (rest?.dropLast().reduce(1, *) ?? 1)
    }
  }

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
