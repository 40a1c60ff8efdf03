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

let package = Package(
  name: "swiftlet",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Swiftlet", targets: ["Swiftlet"]),
    .executable(name: "swiftlet", targets: ["SwiftletCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
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

    // MARK: - Models
    library("LanguageModels", ["Tensors", "Checkpoints", "JSONParsing"]),
    library(
      "TextGeneration", ["LanguageModels", "Tokenization", "Checkpoints", "Tensors"],
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

    // MARK: - What people use
    library(
      "Swiftlet",
      [
        "Tensors", "Checkpoints", "Tokenization", "LanguageModels", "TextGeneration", "Charts", "Training",
        "Comparison",
      ]),
    .executableTarget(
      name: "SwiftletCommand",
      dependencies: [
        "Swiftlet", "JSONParsing",
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
    tests("SwiftletCommand", ["SwiftletCommand", "Swiftlet", "JSONParsing"]),
  ],
  swiftLanguageModes: [.v6]
)
