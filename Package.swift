// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "belfry",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0")
    ],
    targets: [
        library("JobCore", [crypto]),
        library("Messaging", ["JobCore"]),
        library("Signing", ["JobCore", crypto]),
        tests("JobCoreTests", ["Determinism", "JobCore"]),
        tests("MessagingTests", ["JobCore", "Messaging"]),
        tests("SigningTests", ["JobCore", "Signing"]),
        .target(name: "Determinism", dependencies: ["JobCore"], path: "Tests/Determinism", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
