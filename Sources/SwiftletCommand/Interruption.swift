import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Ctrl-C during long work: the first ends it cleanly, a second ends the program at once.
final class Interruption {
  /// The status of a program that Ctrl-C ended.
  static let exitCode = ExitCode(130)

  private let flag: Flag
  private let watched: [Int32]
  private let sources: [any DispatchSourceSignal]

  private final class Flag: Sendable { let raised = Atomic(false) }

  /// Watches for Ctrl-C, or for other signals too, until this object goes.
  init(signals: [Int32] = [SIGINT]) {
    let flag = Flag()
    sources = signals.map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { if flag.raised.exchange(true, ordering: .relaxed) { exit(128 + number) } }
      source.resume()
      return source
    }
    watched = signals
    self.flag = flag
  }

  deinit {
    sources.forEach { $0.cancel() }
    watched.forEach { _ = signal($0, SIG_DFL) }
  }

  /// Whether Ctrl-C was pressed.
  var isRaised: Bool { flag.raised.load(ordering: .relaxed) }

  /// The same for other threads to ask.
  var isRaisedCheck: @Sendable () -> Bool {
    { [flag] in flag.raised.load(ordering: .relaxed) }
  }

  /// Forgets it, when the program goes on.
  func reset() { flag.raised.store(false, ordering: .relaxed) }
}
