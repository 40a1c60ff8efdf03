/// The rows `ids` of a table `[vocabulary, hidden]` of any element type, as float32.
/// - Precondition: every id is a row of the table.
public func embedding(_ table: Tensor, ids: [Int]) -> Tensor {
  table.gatherRows(ids).converted(to: .f32)
}
