extension Draft {
  /// For each rule, whether it matches the empty text.
  func nullableRules() -> [Bool] { reachableEnds(reading: false) }

  /// For each rule, whether it matches any text at all.
  func productiveRules() -> [Bool] { reachableEnds(reading: true) }

  /// The rules whose end is reached from their start, where an edge that calls a rule can be passed once that rule
  /// is known to be among them. Takes time in proportion to the number of edges: an edge that must wait for a rule
  /// is kept with that rule.
  private func reachableEnds(reading: Bool) -> [Bool] {
    var isReached = [Bool](repeating: false, count: edges.count)
    var ruleOfEnd = [Int?](repeating: nil, count: edges.count)
    for (index, rule) in rules.enumerated() { ruleOfEnd[rule.end] = index }
    var isDone = [Bool](repeating: false, count: rules.count)
    var waiting = [[Int]](repeating: [], count: rules.count)
    var open = rules.map(\.start)
    while let node = open.popLast() {
      if isReached[node] { continue }
      isReached[node] = true
      if let rule = ruleOfEnd[node] {
        isDone[rule] = true
        open.append(contentsOf: waiting[rule])
        waiting[rule] = []
      }
      for edge in edges[node] {
        switch edge {
        case .empty(let target): open.append(target)
        case .bytes(_, let target): if reading { open.append(target) }
        case .call(let rule, let target):
          if isDone[rule] { open.append(target) } else { waiting[rule].append(target) }
        case .counted(let index, let target):
          let site = sites[index]
          if site.atLeast == 0 || isDone[site.body] {
            open.append(target)
          } else {
            waiting[site.body].append(target)
          }
        }
      }
    }
    return isDone
  }
}
