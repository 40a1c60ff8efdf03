import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers as a test wants it to, and remembers what it was asked.
final class TestServer: Sendable {
  struct Request: Sendable {
    let path: String
    let headers: HTTPHeaders
    /// How many requests for this path came before.
    let earlier: Int

    func header(_ name: String) -> String? { headers.first(name: name) }
  }

  struct Reply: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// Whether the body's length is left to its end.
    var isChunked = false
    /// After how many bytes of the body nothing more comes, until `hangUp()`.
    var stallAfter: Int?

    static func text(_ text: String, status: Int = 200, _ headers: [(String, String)] = []) -> Reply {
      Reply(status: status, headers: headers, body: Array(text.utf8))
    }
    static func redirect(to target: String) -> Reply { Reply(status: 302, headers: [("Location", target)]) }
  }

  private let channel: any Channel
  private let log: Log

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
    let stalled = Mutex<[any Channel]>([])
  }

  /// Starts on a free port.
  init(_ answer: @escaping @Sendable (Request) -> Reply) async throws {
    let log = Log()
    self.log = log
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(
            Handler { head, channel in
              let request = log.requests.withLock { requests in
                let earlier = requests.count { $0.path == head.uri }
                requests.append(Request(path: head.uri, headers: head.headers, earlier: earlier))
                return requests[requests.count - 1]
              }
              let reply = answer(request)
              if reply.stallAfter != nil { log.stalled.withLock { $0.append(channel) } }
              return reply
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  deinit { channel.close(promise: nil) }

  /// Stops; afterwards nobody answers at its address.
  func close() async throws { try await channel.close() }

  /// Breaks off the answers that stalled.
  func hangUp() { log.stalled.withLock { $0 }.forEach { $0.close(promise: nil) } }

  var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  /// What it was asked until now.
  var requests: [Request] { log.requests.withLock { $0 } }
  /// What it was asked of addresses that end like this.
  func requests(for ending: String) -> [Request] { requests.filter { $0.path.hasSuffix(ending) } }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let answer: @Sendable (HTTPRequestHead, any Channel) -> Reply
    private var head: HTTPRequestHead?

    init(_ answer: @escaping @Sendable (HTTPRequestHead, any Channel) -> Reply) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end: if let head { send(answer(head, context.channel), context) }
      }
    }

    private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
      var headers = HTTPHeaders(reply.headers)
      if !reply.isChunked, !headers.contains(name: "Content-Length") {
        headers.add(name: "Content-Length", value: "\(reply.body.count)")
      }
      let head = HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      let body = reply.body.prefix(reply.stallAfter ?? .max)
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
      if reply.stallAfter == nil { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
    }
  }
}
