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
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let inMemoryLogging = Target.Dependency.product(name: "InMemoryLogging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTestKit = Target.Dependency.product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A stage knows rules, messages and the role of a store; never a driver, a broker or another stage.
func stage(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    library(name, ["JobCore", "Messaging", "Store", "StageKit", lifecycle, logging, metrics] + more)
}

/// A daemon is one stage, StageKit and the adapters it needs.
func daemon(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies + ["BrokerAccess", "JobCore", "RabbitMQ", "Settings", "StageKit", logging],
        path: "Sources/Apps/\(name)",
        swiftSettings: strict)
}

/// A double or a server that several suites use.
func testing(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a stage: with doubles for the broker, the store and the clock.
func stageTests(_ name: String, _ more: [Target.Dependency] = []) -> Target {
    let all: [Target.Dependency] = ["Determinism", "JobCore", "Messaging", "MessagingTesting", "StageKit", "Store"]
    return tests(name, [.init(stringLiteral: String(name.dropLast("Tests".count))), logging] + all + more)
}

func program(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: strict)
}

/// Not part of a plain build, as the examples: `Scripts/bench` and `Scripts/test` set the variables.
let benchmarks: [Target] =
    Context.environment["BELFRY_BENCHMARKS"] == nil
    ? []
    : [
        program(
            "bench", in: "Benchmarks",
            [
                "JSON", "JobCore", "PostgreSQL", "Store", "StoreAccess", argumentParser, deque, grdb,
                logging, nioCore, nioHTTP, nioPosix,
            ]),
        .target(name: "CAllocationCount", path: "Benchmarks/CAllocationCount"),
        program(
            "micro", in: "Benchmarks",
            [
                "CAllocationCount", "JSON", "JobCore", "Messaging", "SQLiteStore", "Signing", "Store", argumentParser,
                deque, logging,
            ]),
    ]

let examples: [Target] =
    Context.environment["BELFRY_EXAMPLES"] == nil
    ? []
    : [
        program("webhook-swift", in: "examples", [crypto, hummingbird]),
        program("queue-swift", in: "examples", ["Messaging", "RabbitMQ", crypto, logging]),
        program("events-swift", in: "examples", ["Messaging", "RabbitMQ", logging]),
    ]

/// The scripts set the variable. The commit in `Context.gitInformation` can be an old one, since SwiftPM keeps it.
let commit = Context.environment["BELFRY_COMMIT"] ?? "unknown"

let package = Package(
    name: "belfry",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.0"),
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
            providers: [.apt(["librabbitmq-dev"])]
        ),
        .systemLibrary(
            name: "CCurl", path: "Sources/C/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CPostgreSQL", path: "Sources/C/CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        .target(name: "CBuild", path: "Sources/C/CBuild", cSettings: [.define("BELFRY_COMMIT", to: "\"\(commit)\"")]),
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        library("JSON", []),
        library("JobCore", ["JSON", crypto]),
        library("Messaging", ["JSON", "JobCore"]),
        library("Signing", ["JobCore", crypto]),
        library("Threads", ["CLinux"]),
        library("Gzip", ["CZlib"]),
        library("Settings", ["CBuild", logging]),
        library(
            "HTTPServer", [deque, hummingbird, lifecycle, logging, nioCore, nioHTTP, nioHTTPTypes, nioHTTPTypesHTTP1]),
        library("Observability", ["HTTPServer", "JobCore", "Settings", hummingbird, lifecycle, logging, metrics]),
        library("RabbitMQ", ["CRabbitMQ", "JSON", "JobCore", "Messaging", "Threads", deque, logging, metrics]),
        library("BrokerAccess", ["JobCore", "Messaging", "RabbitMQ", "Settings", logging]),
        library("HTTPClient", ["CCurl", "JobCore", "Threads"]),
        library("SQS", ["HTTPClient", "JSON", "JobCore", "Messaging", crypto, logging]),
        library("Store", ["JSON", "JobCore"]),
        library("StoreRows", ["JSON", "JobCore", "Store", logging, metrics]),
        library("SQLiteStore", ["JSON", "JobCore", "Store", "StoreRows", grdb, logging, sqlite]),
        library("PostgreSQL", ["CLinux", "CPostgreSQL", "Threads", deque]),
        library("PostgresStore", ["JSON", "JobCore", "PostgreSQL", "Store", "StoreRows", logging]),
        library("StoreAccess", ["PostgresStore", "SQLiteStore", "Store", logging]),
        library("Commands", ["JSON", "JobCore", "Messaging", "Store", yams]),
        library(
            "StageKit",
            [
                "HTTPServer", "JobCore", "Messaging", "Observability", "Settings", "Store", hummingbird, lifecycle,
                logging, metrics, nioCore, signals,
            ]),

        library("OpenAPI", ["HTTPServer", "JSON", "JobCore", "StageKit", hummingbird]),

        stage("Ticker", [heap]),
        stage("Dispatcher"),
        stage("Courier", ["Signing", deque]),
        stage("Ingester", ["HTTPServer", "JSON", "OpenAPI", "Signing", hummingbird]),
        stage("Reaper"),
        stage("Console", ["HTTPServer", "JSON", "OpenAPI", "Signing", hummingbird]),
        stage("DeadLetters"),

        library("Exporter", ["Gzip", "JSON", "JobCore", "Messaging", "Threads", lifecycle, logging, metrics]),

        daemon("tickerd", ["StoreAccess", "Ticker"]),
        daemon("dispatcherd", ["Dispatcher", "Messaging", "StoreAccess"]),
        daemon("courierd", ["Courier", "HTTPClient", "JSON", "Messaging", "SQS", "Signing", lifecycle]),
        daemon(
            "ingesterd", ["Ingester", "Messaging", "SQS", "Signing", "StoreAccess", hummingbird, lifecycle]),
        daemon("reaperd", ["Reaper", "StoreAccess"]),
        daemon("consoled", ["Console", "Messaging", "StoreAccess", hummingbird]),
        daemon("deadletterd", ["DeadLetters"]),
        daemon("exporterd", ["Exporter", "Messaging"]),
        // All programs are one file: the Swift runtime and the libraries are in it once.
        program(
            "belfry", in: "Sources/Apps",
            [
                "BrokerAccess", "Commands", "HTTPClient", "HTTPServer", "JSON", "JobCore", "Messaging", "RabbitMQ",
                "SQLiteStore", "SQS", "Settings", "Signing", "StageKit", "Store", "StoreAccess", "consoled", "courierd",
                "deadletterd", "dispatcherd", "exporterd", "ingesterd", "reaperd", "tickerd", argumentParser, crypto,
                hummingbird, logging, signals,
            ]),

        testing("Determinism", ["JobCore"]),
        testing("MessagingTesting", ["Determinism", "JobCore", "Messaging"]),
        testing("Upgrades", ["JSON", "Messaging"]),
        testing("RouterTesting", ["HTTPServer", "TestServers", hummingbird, lifecycle, logging, nioEmbedded]),
        testing("Fuzzing", ["Determinism", "JSON"]),
        testing("StoreConformance", ["Determinism", "JobCore", "Store"]),
        testing(
            "Chaos",
            [
                "Determinism", "HTTPClient", "JSON", "JobCore", "Messaging", "RabbitMQ", "TestServers", hummingbird,
                logging,
            ]),
        testing(
            "TestServers", ["CRabbitMQ", "HTTPClient", "JSON", "JobCore", grdb, hummingbird, subprocess, system]),

        tests("JSONTests", ["JSON"]),
        tests("JobCoreTests", ["Determinism", "JSON", "JobCore"]),
        tests("MessagingTests", ["JSON", "JobCore", "Messaging", "MessagingTesting", "Upgrades", yams]),
        tests("SettingsTests", ["Settings", logging]),
        tests("SigningTests", ["JobCore", "Signing"]),
        tests("ThreadsTests", ["Threads"]),
        tests("GzipTests", ["Determinism", "Gzip"]),
        tests(
            "ExporterTests",
            [
                "Determinism", "Exporter", "Gzip", "JSON", "JobCore", "Messaging", "TestServers", lifecycle,
                lifecycleTestKit, logging,
            ]),
        tests("HTTPClientTests", ["HTTPClient", "JSON", "TestServers", "Threads"]),
        tests(
            "SQSTests",
            [
                "Determinism", "HTTPClient", "JSON", "JobCore", "Messaging", "SQS", "TestServers",
                hummingbird, inMemoryLogging, lifecycle, logging,
            ]),
        tests("OpenAPITests", ["JSON", "OpenAPI", "StageKit", hummingbird]),
        tests("HTTPServerTests", ["HTTPServer", "RouterTesting", "TestServers", hummingbird]),
        stageTests("TickerTests", [inMemoryLogging]),
        stageTests("DispatcherTests"),
        stageTests("CourierTests", ["JSON", "Signing", heap, lifecycleTestKit]),
        stageTests(
            "IngesterTests",
            [
                "Fuzzing", "HTTPServer", "JSON", "OpenAPI", "RouterTesting", "Signing", "TestServers", hummingbird,
                inMemoryLogging,
            ]),
        stageTests(
            "ConsoleTests",
            [
                "Fuzzing", "HTTPServer", "JSON", "OpenAPI", "RouterTesting", "Signing", "TestServers", hummingbird,
                inMemoryLogging,
            ]),
        stageTests("DeadLettersTests", [inMemoryLogging]),
        stageTests("ReaperTests"),
        tests(
            "StageKitTests",
            [
                "Determinism", "JobCore", "Messaging", "MessagingTesting", "StageKit", "Store", inMemoryLogging,
                lifecycle, logging, metrics,
            ]),
        tests(
            "PipelineTests",
            [
                "Courier", "Determinism", "Dispatcher", "Ingester", "JobCore", "Messaging", "MessagingTesting",
                "Reaper", "SQLiteStore", "Signing", "StageKit", "Store", "StoreConformance", "Ticker", logging,
            ]),
        tests(
            "CommandsTests",
            [
                "Commands", "Determinism", "JSON", "JobCore", "Messaging", "Signing", "Store", "StoreAccess",
                "TestServers", crypto, hummingbird, logging,
            ]),
        tests("DeploymentTests", ["JSON", "Messaging", "Settings", "TestServers", yams]),
        tests("BrokerAccessTests", ["BrokerAccess", "JobCore", "Messaging", "RabbitMQ", "Settings"]),
        tests("ObservabilityTests", ["JSON", "JobCore", "Observability", hummingbird, logging, metrics]),
        tests("StoreAccessTests", ["Store", "StoreAccess", logging]), tests("HouseTests", ["Messaging"]),
        tests("RabbitMQTests", ["CRabbitMQ", "Determinism", "JSON", "Messaging", "RabbitMQ"]),
        tests(
            "RabbitMQServerTests",
            [
                "CRabbitMQ", "DeadLetters", "JSON", "JobCore", "Messaging", "RabbitMQ", "StageKit", "TestServers",
                inMemoryLogging, logging, metrics,
            ]),
        tests("ChaosTests", ["Chaos", "JobCore", "Messaging"]),
        tests(
            "EndToEndTests",
            [
                "Chaos", "Determinism", "JSON", "JobCore", "Messaging", "RabbitMQ", "Signing", "TestServers",
                "Upgrades", logging,
            ]),
        tests("StoreRowsTests", ["JobCore", "Store", "StoreRows", inMemoryLogging, logging]),
        tests("PostgreSQLTests", ["PostgreSQL", "TestServers"]),
        tests(
            "PostgresStoreTests",
            ["JobCore", "PostgreSQL", "PostgresStore", "Store", "StoreConformance", "TestServers", logging]),
        tests(
            "SQLiteStoreTests",
            [
                "JSON", "JobCore", "SQLiteStore", "Store", "StoreConformance", "StoreRows", "Upgrades", grdb,
                inMemoryLogging, logging,
            ]),
    ] + benchmarks + examples,
    swiftLanguageModes: [.v6]
)
