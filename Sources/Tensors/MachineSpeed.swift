import CTensorKernels

/// What this machine can do at most, measured: what a claim of speed is held against.
public enum MachineSpeed {
  /// The most float32 operations per second that all threads of the shared pool reach together, in multiplications
  /// and additions that need nothing from memory. A model's share of it is its FLOP utilisation.
  ///
  /// It takes about 50 ms: the best of several short trials, since another program can only make one slower.
  ///
  ///     let peak = MachineSpeed.floatPeak()   // 5.1e11 on two cores of Zen 5
  ///
  /// - Returns: Operations per second; a multiplication and the addition that follows it are two.
  public static func floatPeak() -> Double {
    let (trials, tasksPerThread, rounds) = (8, 16, 16_384)
    let pool = ThreadPool.shared
    let tasks = pool.threadCount * tasksPerThread
    let table = Kernels.table
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<trials {
      let operations = Tensor(zeros: [tasks])
      let elapsed = clock.measure {
        pool.run(tasks) { task in
          var mean: Float = 0
          unsafe operations.floatPointer[task] = Float(table.multiply_adds(rounds, &mean))
        }
      }
      best = max(best, Double(operations.floats().reduce(0, +)) / (elapsed / .seconds(1)))
    }
    return best
  }
}
