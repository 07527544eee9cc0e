internal import Configuration
public import Foundation
public import Logging

/// A program's configuration: flags, then environment, then defaults; checked before anything is opened.
///
/// `amqp-url` is the flag `--amqp-url` and the variable `BELFRY_AMQP_URL`.
public struct Settings {
    public let program: String
    private let reader: ConfigReader
    private var problems: [String] = []
    private var shown: [(name: String, value: String)] = []

    /// `flags` holds what was given on the command line, by the flags' names.
    public init(
        program: String, flags: [[String: String?]],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.program = program
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in flags.joined() {
            if let value { given[AbsoluteConfigKey(Self.key(name))] = ConfigValue(.string(value), isSecret: false) }
        }
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: given),
            EnvironmentVariablesProvider(environmentVariables: environment),
        ])
    }

    /// A setting as text; nil when it is given nowhere and has no default. `isSecret` keeps it out of what is printed.
    public mutating func text(_ name: String, default fallback: String? = nil, isSecret: Bool = false) -> String? {
        let value = reader.string(forKey: Self.key(name), isSecret: isSecret) ?? fallback
        shown.append((name, value.map { isSecret ? "***" : Self.withoutPasswords($0) } ?? "unset"))
        return value
    }

    /// A setting read by `parse`, which throws what is wrong with it. Problems are kept for `check()`.
    public mutating func value<Value>(
        _ name: String, default fallback: String? = nil, isSecret: Bool = false, hint: String,
        parse: (String) throws -> Value?
    ) -> Value? {
        guard let text = text(name, default: fallback, isSecret: isSecret) else {
            problems.append("--\(name) (\(Self.variable(name))) is required; \(hint)")
            return nil
        }
        do {
            if let value = try parse(text) { return value }
            problems.append("--\(name) (\(Self.variable(name))) is wrong; \(hint)")
        } catch {
            problems.append("--\(name) (\(Self.variable(name))) \(error); \(hint)")
        }
        return nil
    }

    public mutating func integer(_ name: String, default fallback: Int64, in range: ClosedRange<Int64>) -> Int64 {
        value(
            name, default: String(fallback), hint: "give a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int64(text).flatMap { range.contains($0) ? $0 : nil } } ?? fallback
    }

    public mutating func listenAddress(_ name: String, default fallback: String? = nil) -> ListenAddress? {
        value(name, default: fallback, hint: "give host:port, such as 127.0.0.1:8080") { ListenAddress($0) }
    }

    /// Throws every problem at once.
    public func check() throws(SettingsError) {
        guard problems.isEmpty else { throw SettingsError(problems.joined(separator: "\n")) }
    }

    /// What the program runs with, for its first log line.
    public var summary: Logger.Metadata {
        Dictionary(shown.map { ($0.name, .string($0.value)) }) { $1 }
    }

    private static func key(_ name: String) -> ConfigKey {
        ConfigKey("belfry." + name.replacing("-", with: "."))
    }

    public static func variable(_ name: String) -> String {
        "BELFRY_" + name.uppercased().replacing("-", with: "_")
    }

    /// URLs may hold passwords, several of them in a list.
    static func withoutPasswords(_ text: String) -> String {
        text.replacing(#/(://[^:/@,]*):[^/,]*@/#) { "\($0.1):***@" }
    }
}

/// Everything that is wrong with a program's configuration, a line each.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension Settings {
    /// Where the record is kept; `check` throws what is wrong with a URL, without opening anything.
    public mutating func storeURL(check: (String) throws -> Void) -> String {
        value("store-url", default: "sqlite:.belfry/belfry.sqlite", hint: "give sqlite:PATH") { text in
            try check(text)
            return text
        } ?? ""
    }

    /// The keys that sign tokens and webhooks; a program that needs them does not start without.
    public mutating func signingKeys<Keys>(parse: (String) throws -> Keys) -> Keys? {
        value(
            "signing-keys", isSecret: true, hint: "give kid:base64, such as main:$(openssl rand -base64 32)",
            parse: parse)
    }
}
