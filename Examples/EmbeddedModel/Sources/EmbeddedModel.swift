import Hummingbird
import Swiftlet

/// A web application of one's own with a language model in it: GET /story?about=… streams a story. However many ask at
/// once, they share one model, and whoever leaves frees their place.
@main struct EmbeddedModel {
  static func main() async throws {
    let path = try BuiltInModel.llama.folder()
    let model = try LanguageModel.load(from: path)
    let tokenizer = try Tokenizer.load(forModel: path)
    let scheduler = try GenerationScheduler(model: model, tokenizer: tokenizer)

    let router = Router()
    router.get("story") { request, _ in
      let beginning = request.uri.queryParameters.get("about").map { "One day, \($0)" } ?? "Once upon a time"
      let story = try scheduler.stream(
        GenerationRequest(.text(beginning), options: GenerationOptions(sampling: SamplingOptions(temperature: 0.8))))
      return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody { writer in
          try await writer.write(ByteBuffer(string: beginning))
          for try await update in story {
            if case .event(_, let event) = update { try await writer.write(ByteBuffer(string: event.text)) }
          }
          try await writer.finish(nil)
        })
    }
    try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 8081)))
      .runService()
  }
}
