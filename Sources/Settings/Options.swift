public import ArgumentParser

/// Flags of every program that talks to the pipeline's broker.
public struct BrokerOptions: ParsableArguments {
    @Option(
        name: .customLong("amqp-url"),
        help: "The broker, amqp:// or amqps://; several separated by commas are tried in turn. [BELFRY_AMQP_URL]")
    public var amqpURL: String?

    @Option(help: "The prefix of every exchange and queue (default belfry). [BELFRY_PREFIX]")
    public var prefix: String?

    @Option(help: "The certificates that an amqps:// broker is checked against. [BELFRY_AMQP_CA_FILE]")
    public var amqpCaFile: String?

    public init() {}

    public var flags: [String: String?] { ["amqp-url": amqpURL, "prefix": prefix, "amqp-ca-file": amqpCaFile] }
}

/// The flag of every program that opens the store.
public struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("store-url"),
        help: "The store, sqlite:PATH (default sqlite:.belfry/belfry.sqlite). [BELFRY_STORE_URL]")
    public var storeURL: String?

    public init() {}

    public var flags: [String: String?] { ["store-url": storeURL] }
}

/// Flags of every daemon.
public struct DaemonOptions: ParsableArguments {
    @Option(help: "Where /healthz, /readyz and /metrics are served, host:port (default off). [BELFRY_HEALTH_LISTEN]")
    public var healthListen: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical (default info). [BELFRY_LOG_LEVEL]")
    public var logLevel: String?

    @Option(help: "text or json (default text). [BELFRY_LOG_FORMAT]")
    public var logFormat: String?

    public init() {}

    public var flags: [String: String?] {
        ["health-listen": healthListen, "log-level": logLevel, "log-format": logFormat]
    }
}

/// The flag of every program that signs or checks signatures.
public struct SigningOptions: ParsableArguments {
    @Option(
        help: "kid:base64,… The first key signs, all verify. Better given as a variable. [BELFRY_SIGNING_KEYS]")
    public var signingKeys: String?

    public init() {}

    public var flags: [String: String?] { ["signing-keys": signingKeys] }
}
