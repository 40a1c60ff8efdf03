extension OptimizerSettings {
  /// Refuses numbers with which no step makes sense.
  /// - Throws: `TrainingError`, which names the number.
  package func validate() throws(TrainingError) {
    switch self {
    case .adamW(let settings): try settings.validate()
    case .muon(let settings):
      try check(settings.momentum, "momentum", 0..<1)
      guard 1...100 ~= settings.iterations else {
        throw TrainingError(.invalidPlan, "\(settings.iterations) iterations of Newton and Schulz; 5 are usual.")
      }
      try settings.adamW.validate()
    case .sgd(let settings):
      try check(settings.momentum, "momentum", 0..<1)
      try check(settings.weightDecay, "weight decay", 0..<Double.infinity)
    }
  }
}

extension AdamW.Settings {
  fileprivate func validate() throws(TrainingError) {
    try check(beta1, "beta1", 0..<1)
    try check(beta2, "beta2", 0..<1)
    try check(epsilon, "epsilon", Double.leastNormalMagnitude..<Double.infinity)
    try check(weightDecay, "weight decay", 0..<Double.infinity)
  }
}

private func check(_ value: Double, _ name: String, _ range: Range<Double>) throws(TrainingError) {
  guard range.contains(value) else {
    let what = range.upperBound.isFinite ? "from 0 to below 1" : range.contains(0) ? "of 0 or more" : "above 0"
    throw TrainingError(.invalidPlan, "\(name) is \(value); give a number \(what).")
  }
}
