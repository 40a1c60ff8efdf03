// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "EmbeddedModel",
  platforms: [.macOS(.v15)],
  dependencies: [
    // In your own package: .package(url: "…/swiftlet", from: "0.1.0", traits: [])
    .package(name: "swiftlet", path: "../..", traits: []),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
  ],
  targets: [
    .executableTarget(
      name: "EmbeddedModel",
      dependencies: [
        .product(name: "Swiftlet", package: "swiftlet"), .product(name: "Hummingbird", package: "hummingbird"),
      ],
      path: "Sources")
  ]
)
