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

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A stage knows rules, messages and a store's role; never a driver, a broker or another stage.
func stage(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    library(name, ["JobCore", "Messaging", "JobStore", "StageKit", lifecycle, logging, metrics] + more)
}

/// A program is one stage, StageKit and the adapters it needs.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["ProgramSettings", "StageKit", argumentParser, logging],
        path: "Sources/Apps/\(name)",
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "belfry",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CRabbitMQ", path: "Sources/C/CRabbitMQ", pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(
            name: "CCurl", path: "Sources/C/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),

        library("JobCore", [crypto]),
        library("Messaging", ["JobCore"]),
        library("Signing", ["JobCore", crypto]),
        library("Threads", ["CLinux"]),
        library("ProgramSettings", [argumentParser, configuration, logging]),
        library(
            "RabbitMQ",
            ["CRabbitMQ", "JobCore", "Messaging", "ProgramSettings", "Threads", deque, logging, metrics]),
        library("Webhooks", ["CCurl", "Threads"]),
        library("JobStore", ["JobCore"]),
        library("SQLiteStore", ["JobCore", "JobStore", grdb]),
        library("Stores", ["JobStore", "SQLiteStore"]),
        library(
            "StageKit",
            ["JobCore", "JobStore", "Messaging", "ProgramSettings", hummingbird, lifecycle, logging, metrics, signals]),

        stage("Ticker"),
        stage("Dispatcher"),
        stage("Courier", ["Signing", deque]),
        stage("Ingester", ["Signing", hummingbird]),
        stage("Reaper"),
        stage("Console", [crypto, hummingbird]),

        program("tickerd", ["JobStore", "RabbitMQ", "Stores", "Ticker"]),
        program("dispatcherd", ["Dispatcher", "JobStore", "Messaging", "RabbitMQ", "Stores"]),
        program("courierd", ["Courier", "JobCore", "RabbitMQ", "Signing", "Webhooks"]),
        program(
            "ingesterd",
            ["Ingester", "JobStore", "Messaging", "RabbitMQ", "Signing", "Stores", hummingbird, lifecycle]),
        program("reaperd", ["JobStore", "RabbitMQ", "Reaper", "Stores"]),
        program("consoled", ["Console", "JobStore", "RabbitMQ", "Stores", hummingbird]),
        program(
            "belfry",
            [
                "Console", "JobCore", "JobStore", "Messaging", "RabbitMQ", "Signing", "Stores", "Webhooks", crypto,
                hummingbird, yams,
            ]),

        program("bench", ["JobCore", "JobStore", "Stores", grdb, nioCore, nioHTTP, nioPosix]),

        tests("JobCoreTests", ["Determinism", "JobCore"]),
        tests("MessagingTests", ["JobCore", "Messaging"]),
        tests("SigningTests", ["JobCore", "Signing"]),
        tests("ThreadsTests", ["Threads"]),
        tests("WebhooksTests", ["Threads", "Webhooks"]),
        .target(name: "Determinism", dependencies: ["JobCore"], path: "Tests/Determinism", swiftSettings: strict),
        .target(
            name: "StoreConformance", dependencies: ["JobCore", "JobStore"], path: "Tests/StoreConformance",
            swiftSettings: strict),
        .target(
            name: "TestServers", dependencies: ["JobCore", "Webhooks", grdb, hummingbird, subprocess, system],
            path: "Tests/TestServers",
            swiftSettings: strict),
        tests("TickerTests", ["Determinism", "JobCore", "JobStore", "Messaging", "Ticker", logging]),
        tests("DispatcherTests", ["Determinism", "Dispatcher", "JobCore", "JobStore", "Messaging", logging]),
        tests("CourierTests", ["Determinism", "Courier", "JobCore", "Messaging", "Signing", logging]),
        tests("IngesterTests", ["Determinism", "Ingester", "JobCore", "JobStore", "Messaging", "Signing", logging]),
        tests("ReaperTests", ["JobCore", "JobStore", "Messaging", "Reaper", logging]),
        tests(
            "StageKitTests", ["Determinism", "JobCore", "Messaging", "ProgramSettings", "StageKit", logging, metrics]),
        tests(
            "PipelineTests",
            [
                "Courier", "Determinism", "Dispatcher", "Ingester", "JobCore", "JobStore", "Messaging", "Reaper",
                "SQLiteStore",
                "Signing", "StageKit", "Ticker", logging,
            ]),
        tests("HouseTests", ["Messaging"]),
        tests("RabbitMQTests", ["Messaging", "RabbitMQ", "TestServers", logging]),
        tests("EndToEndTests", ["JobCore", "Messaging", "RabbitMQ", "Signing", "TestServers", logging]),
        tests("SQLiteStoreTests", ["JobCore", "JobStore", "SQLiteStore", "StoreConformance", "Stores", grdb]),
    ],
    swiftLanguageModes: [.v6]
)
