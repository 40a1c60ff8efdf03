import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Ctrl-C during a generation: the first ends it cleanly, a second ends the program at once.
final class Interruption {
  /// The status of a program that Ctrl-C ended.
  static let exitCode = ExitCode(130)

  private let flag: Flag
  private let source: any DispatchSourceSignal

  private final class Flag: Sendable { let raised = Atomic(false) }

  /// Watches for Ctrl-C until this object goes.
  init() {
    let flag = Flag()
    _ = signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { if flag.raised.exchange(true, ordering: .relaxed) { exit(130) } }
    source.resume()
    self.flag = flag
  }

  deinit {
    source.cancel()
    _ = signal(SIGINT, SIG_DFL)
  }

  /// Whether Ctrl-C was pressed.
  var isRaised: Bool { flag.raised.load(ordering: .relaxed) }

  /// Forgets it, when the program goes on.
  func reset() { flag.raised.store(false, ordering: .relaxed) }
}
