// swift-tools-version: 6.2
import PackageDescription

// Damaged and hostile files for Swiftlet's readers, by the million:
//
//     cd Fuzz
//     swift run -c release fuzz gguf --inputs 1000000 --seed 1
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swiftlet", path: "../")],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [.product(name: "Swiftlet", package: "swiftlet")],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety(), .defaultIsolation(MainActor.self),
      ])
  ],
  swiftLanguageModes: [.v6]
)
