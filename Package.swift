// swift-tools-version: 6.2
import PackageDescription

// Every Swift target is built the same way. `SWIFTLET_WARNINGS_AS_ERRORS=1` is what CI sets.
let warningsAreErrors = Context.environment["SWIFTLET_WARNINGS_AS_ERRORS"] != nil
func settings(strictMemorySafety: Bool) -> [SwiftSetting] {
  var settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
  if strictMemorySafety { settings.append(.strictMemorySafety()) }
  if warningsAreErrors { settings.append(.treatAllWarnings(as: .error)) }
  return settings
}
let swiftSettings = settings(strictMemorySafety: true)
let cSettings: [CSetting] = warningsAreErrors ? [.treatAllWarnings(as: .error)] : []

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"], resources: resources,
    swiftSettings: swiftSettings)
}

/// A library that only the server needs.
func server(_ product: String, _ package: String) -> Target.Dependency {
  .product(name: product, package: package, condition: .when(traits: ["Server"]))
}

let package = Package(
  name: "swiftlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Swiftlet", targets: ["Swiftlet"]),
    .library(name: "OpenAIServer", targets: ["OpenAIServer"]),
    .executable(name: "swiftlet", targets: ["SwiftletCommand"]),
  ],
  traits: [
    .trait(name: "Server", description: "The OpenAI-compatible server and its chat page; needs Hummingbird."),
    .default(enabledTraits: ["Server"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // MARK: - Tensors
    .target(
      name: "CTensorKernels", cSettings: cSettings, linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    // The one Swift target where memory is touched through pointers; everywhere else each such place must say `unsafe`.
    .target(name: "Tensors", dependencies: ["CTensorKernels"], swiftSettings: settings(strictMemorySafety: false)),

    // MARK: - Files and text
    library("JSONParsing", []),
    library("Checkpoints", ["Tensors", "JSONParsing"]),
    library("Tokenization", ["JSONParsing", .product(name: "HeapModule", package: "swift-collections")]),
    library("ChatTemplates", ["JSONParsing"]),
    library("Grammars", ["JSONParsing"]),
    library("ToolCalling", ["JSONParsing", "Grammars"]),

    // MARK: - Models
    library("LanguageModels", ["Tensors", "Checkpoints", "JSONParsing"]),
    library(
      "TextGeneration",
      ["LanguageModels", "Tokenization", "ChatTemplates", "Grammars", "Checkpoints", "JSONParsing", "Tensors"],
      resources: [.copy("Resources/BuiltIn")]),

    // MARK: - Training
    library("Charts", []),
    library(
      "Training",
      [
        "LanguageModels", "Tokenization", "Tensors", "Checkpoints", "JSONParsing", "Charts",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    library(
      "Comparison",
      ["Training", "TextGeneration", "LanguageModels", "Tokenization", "Tensors", "JSONParsing", "Charts"]),

    // MARK: - Serving
    library(
      "OpenAIServer",
      [
        "TextGeneration", "ToolCalling", "ChatTemplates", "Grammars", "LanguageModels", "Tokenization", "JSONParsing",
        "Checkpoints", "Tensors",
        server("Hummingbird", "hummingbird"), server("HummingbirdCore", "hummingbird"),
        server("HummingbirdTLS", "hummingbird"), server("HTTPTypes", "swift-http-types"),
        server("Logging", "swift-log"), server("CoreMetrics", "swift-metrics"),
        server("NIOCore", "swift-nio"), server("NIOPosix", "swift-nio"), server("NIOSSL", "swift-nio-ssl"),
        server("ServiceLifecycle", "swift-service-lifecycle"), server("UnixSignals", "swift-service-lifecycle"),
        server("Crypto", "swift-crypto"),
      ], resources: [.copy("Page"), .copy("Description")]),

    library(
      "ModelHub",
      [
        "JSONParsing", .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),

    // MARK: - What people use
    library(
      "Swiftlet",
      [
        "Tensors", "Checkpoints", "Tokenization", "ChatTemplates", "Grammars", "ToolCalling", "LanguageModels",
        "TextGeneration", "Charts", "Training", "Comparison",
      ]),
    .executableTarget(
      name: "SwiftletCommand",
      dependencies: [
        "Swiftlet", "JSONParsing", "ChatTemplates", "Tensors", "ModelHub",
        .target(name: "OpenAIServer", condition: .when(traits: ["Server"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swiftSettings),

    // MARK: - Tests
    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    .target(name: "KernelChecks", dependencies: ["CTensorKernels"], path: "Tests/KernelChecks", cSettings: cSettings),
    tests("Tensors", ["Tensors", "CTensorKernels", "KernelChecks"]),
    tests("JSONParsing", ["JSONParsing"]),
    tests("Checkpoints", ["Checkpoints"]),
    tests("Tokenization", ["Tokenization", "Checkpoints", "JSONParsing"], resources: [.copy("Fixtures")]),
    tests("LanguageModels", ["LanguageModels", "JSONParsing"], resources: [.copy("Fixtures")]),
    tests("TextGeneration", ["TextGeneration", "Checkpoints", "LanguageModels", "Tokenization", "Tensors"]),
    tests("Charts", ["Charts"]),
    tests("Training", ["Training", "LanguageModels", "Tokenization", "Tensors", "Checkpoints", "JSONParsing"]),
    tests(
      "Comparison",
      [
        "Comparison", "Training", "TextGeneration", "LanguageModels", "Tokenization", "Tensors", "JSONParsing",
        "Charts",
      ]),
    tests("ChatTemplates", ["ChatTemplates", "JSONParsing"]),
    tests("Grammars", ["Grammars", "JSONParsing"]),
    tests("ToolCalling", ["ToolCalling", "Grammars", "JSONParsing"]),
    tests(
      "ModelHub",
      [
        "ModelHub", "JSONParsing", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    tests(
      "OpenAIServer",
      [
        "OpenAIServer", "TextGeneration", "LanguageModels", "Tokenization", "JSONParsing",
        server("Hummingbird", "hummingbird"), server("HummingbirdTesting", "hummingbird"),
        server("HTTPTypes", "swift-http-types"), server("NIOCore", "swift-nio"), server("Logging", "swift-log"),
      ]),
    tests("SwiftletCommand", ["SwiftletCommand", "Swiftlet", "JSONParsing"]),
  ],
  swiftLanguageModes: [.v6]
)
