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
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

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
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", path: "Sources/C/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        library("JobCore", [crypto]),
        library("Messaging", ["JobCore"]),
        library("Signing", ["JobCore", crypto]),
        library("Threads", ["CLinux"]),
        library("Webhooks", ["CCurl", "Threads"]),
        library("JobStore", ["JobCore"]),
        library("SQLiteStore", ["JobCore", "JobStore", grdb]),
        library("Stores", ["JobStore", "SQLiteStore"]),
        tests("JobCoreTests", ["Determinism", "JobCore"]),
        tests("MessagingTests", ["JobCore", "Messaging"]),
        tests("SigningTests", ["JobCore", "Signing"]),
        tests("ThreadsTests", ["Threads"]),
        tests("WebhooksTests", ["Threads", "Webhooks"]),
        .target(name: "Determinism", dependencies: ["JobCore"], path: "Tests/Determinism", swiftSettings: strict),
        .target(
            name: "StoreConformance", dependencies: ["JobCore", "JobStore"], path: "Tests/StoreConformance",
            swiftSettings: strict),
        tests("SQLiteStoreTests", ["JobCore", "JobStore", "SQLiteStore", "StoreConformance", "Stores", grdb]),
    ],
    swiftLanguageModes: [.v6]
)
