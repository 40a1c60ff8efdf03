/// What this machine can do at most, measured: what a claim of speed is held against.
///
/// Each is the best of several short trials, since another program can only make one slower. Where a machine's neighbours
/// come and go, `MachineProbe` takes turns with what is measured instead.
public enum MachineSpeed {
  private static let trials = 8

  /// The most float32 operations per second that all threads of the shared pool reach together, in multiplications
  /// and additions that need nothing from memory. A model's share of it is its FLOP utilisation. It takes about 50 ms.
  ///
  ///     let peak = MachineSpeed.floatPeak()   // 5.1e11 on two cores of Zen 5
  ///
  /// - Returns: Operations per second; a multiplication and the addition that follows it are two.
  public static func floatPeak() -> Double {
    (0..<trials).reduce(0) { best, _ in max(best, MachineProbe.floatTrial()) }
  }

  /// The most bytes per second that all threads of the shared pool together read from memory, out of a buffer that no
  /// cache holds. A token that is generated reads every weight once, so this divided by the weights' bytes is the most
  /// tokens per second that a large model can reach. It takes about a third of a second.
  ///
  ///     let bandwidth = MachineSpeed.readBandwidth()   // 4.1e10 on two cores of Zen 3
  public static func readBandwidth() -> Double {
    let probe = MachineProbe()
    return (0..<trials).reduce(0) { best, _ in max(best, probe.readTrial()) }
  }
}
