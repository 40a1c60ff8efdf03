// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swiftlet", path: "..")],
  targets: [
    .executableTarget(
      name: "TokenizerBenchmark", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "Tokenizers"),
    .executableTarget(
      name: "MatrixProduct", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "MatrixProduct"),
    .executableTarget(
      name: "WeightProducts", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "WeightProducts"),
    .executableTarget(
      name: "Attention", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "Attention"),
    .executableTarget(
      name: "TrainingStep", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "TrainingStep"),
    .executableTarget(
      name: "Opening", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "Opening"),
    .executableTarget(
      name: "TokenMasks", dependencies: [.product(name: "Swiftlet", package: "swiftlet")], path: "TokenMasks"),
  ],
  swiftLanguageModes: [.v6]
)
