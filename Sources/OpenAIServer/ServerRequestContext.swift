#if Server
  package import Hummingbird
  import Logging
  import NIOCore
  import Synchronization

  /// What a request's handlers know of its connection.
  package struct ServerRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
      coreContext = .init(source: source)
      channel = source.channel
    }

    /// Calls `action` when the client goes away before the result has.
    func whenClientLeaves(_ action: @escaping @Sendable () -> Void) async -> ClientWatch.Registration? {
      if let watch = try? await channel.pipeline.handler(type: ClientWatch.self).get() {
        return watch.register(action)
      }
      // A closed connection has no handlers any more.
      if !channel.isActive { action() }
      return nil
    }
  }

  /// Notices when a connection's client goes away, also while nothing is being read or written: what is generated for
  /// it ends within a step.
  final class ClientWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny
    private struct State {
      var hasLeft = false
      var nextKey = 0
      var actions: [Int: @Sendable () -> Void] = [:]
    }
    private let state = Mutex(State())

    /// An action that is forgotten when this goes.
    final class Registration: Sendable {
      private let watch: ClientWatch
      private let key: Int
      fileprivate init(_ watch: ClientWatch, _ key: Int) { (self.watch, self.key) = (watch, key) }
      deinit { _ = watch.state.withLock { $0.actions.removeValue(forKey: key) } }
    }

    fileprivate func register(_ action: @escaping @Sendable () -> Void) -> Registration {
      let (key, hasLeft) = state.withLock { state in
        state.nextKey += 1
        state.actions[state.nextKey] = action
        return (state.nextKey, state.hasLeft)
      }
      if hasLeft { action() }
      return Registration(self, key)
    }

    private func leave() {
      let actions = state.withLock { state in
        state.hasLeft = true
        defer { state.actions = [:] }
        return state.actions
      }
      for action in actions.values { action() }
    }

    func channelInactive(context: ChannelHandlerContext) {
      leave()
      context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .inputClosed = event as? ChannelEvent { leave() }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      leave()
      context.fireErrorCaught(error)
    }
  }
#endif
