#if Server
  import Foundation
  import Hummingbird
  import JSONParsing
  import LanguageModels

  extension Endpoints {
    /// `GET /models`: what is served.
    func models(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      .json(["object": "list", "data": .array(library.descriptions.map(modelJSON))])
    }

    /// `GET /models/NAME`; names may hold slashes.
    func model(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let name = context.parameters.getCatchAll().joined(separator: "/")
      return .json(modelJSON(try library.description(of: name.removingPercentEncoding ?? name)))
    }

    private func modelJSON(_ model: ModelDescription) -> JSONValue {
      let shape = model.configuration
      return [
        "id": .string(model.id), "object": "model", "created": .integer(model.created), "owned_by": "swiftlet",
        "max_model_len": .integer(shape.contextLength),
        "swiftlet": [
          "family": .string(shape.family.rawValue), "parameters": .integer(shape.parameterCount),
          "context_length": .integer(shape.contextLength), "chat": .bool(model.isForChat),
          "built_in": .bool(model.isBuiltIn),
        ],
      ]
    }
  }
#endif
