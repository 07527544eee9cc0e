import ArgumentParser
import Commands
import JSON
import JobCore
import Signing
import Store

struct SecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Manages the secrets with which services verify webhooks, directly in the store.",
        discussion: """
            A service that was never given a secret has one that is derived from the first signing key. The signing \
            keys come from BELFRY_SIGNING_KEYS.
            """,
        subcommands: [Rotate.self, Show.self, List.self, Reseal.self])

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a service a new secret and prints it.",
            discussion: "Until the overlap ends, webhooks are signed with the new secret and with the older ones.")
        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "The service's name.", transform: Arguments.serviceName) var service: String
        @Option(
            help: "How long the older secrets stay valid: 0, or a time such as 90s, 30m, 24h or 7d; at most 30d.",
            transform: Arguments.overlapSeconds)
        var overlap: Int64 = 86_400
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let keys = try SecretReader.signingKeys()
            let secret = WebhookSecret.random()
            let sealed = SealedSecret(sealing: secret, service: service, keys: keys).text
            let now = SystemTime().now()
            let rotation = try await storeOptions.store().rotateSecret(
                of: service, to: sealed, overlapSeconds: overlap, by: .local, now: now)
            switch rotation {
            case .rotated(let secrets):
                let end = secrets.count > 1 ? now.adding(seconds: overlap).rfc3339 : nil
                guard !json else { return Output.line(answer(secret.text, end: end).text) }
                Output.line(secret.text)
                guard let end else { return }
                Output.note("older secrets of \(service) end at \(end) or before")
            case .tooMany(let until):
                throw Refused(
                    "\(service) has \(ServiceSecrets.sealedMax) valid secrets, and may have no more; one ends at "
                        + "\(until.rfc3339); --overlap 0 ends all older ones now")
            }
        }

        private func answer(_ secret: String, end: String?) -> JSONValue {
            .object([
                "service": .string(service), "secret": .string(secret),
                "older_end_at": end.map(JSONValue.string) ?? .null,
            ])
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the current secret of a service; with --json all that are valid.")
        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "The service's name.", transform: Arguments.serviceName) var service: String
        @Flag(help: "Print JSON: all valid secrets, the current one first.") var json = false

        func run() async throws {
            let reader = SecretReader(keys: try SecretReader.signingKeys(), now: SystemTime().now())
            let valid = reader.valid(try await storeOptions.store().secrets(of: service), of: service)
            guard json else {
                guard let current = valid.first else {
                    throw Refused(
                        "\(service) has no valid secret; belfry secrets rotate \(service) gives it a new one")
                }
                return Output.line(try reader.opened(current, of: service).text)
            }
            let values = try valid.map { secret in
                let text = try reader.opened(secret, of: service).text
                return JSONValue.object(secret.fields.merging(["secret": .string(text)]) { $1 })
            }
            Output.line(JSONValue.array(values).text)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the valid secrets of services that have their own: without the secrets themselves.")
        @OptionGroup var storeOptions: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let now = SystemTime().now()
            let valid = try await storeOptions.store().secrets(of: nil).filter { $0.isValid(at: now) }
            if json {
                let values = valid.map { secret in
                    JSONValue.object(
                        ListedSecret(secret).fields.merging(["service": .string(secret.service)]) { $1 })
                }
                return Output.line(JSONValue.array(values).text)
            }
            let rows = valid.map(ListedSecret.init).map { [$0.service, $0.keyCell, $0.createdCell, $0.untilCell] }
            Output.table(["SERVICE", "SEALED WITH", "CREATED", "VALID UNTIL"], rows)
        }
    }

    struct Reseal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seals all secrets with the first signing key; the secrets stay the same.")
        @OptionGroup var storeOptions: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let reader = SecretReader(keys: try SecretReader.signingKeys(), now: SystemTime().now())
            let store = try await storeOptions.store()
            let changes = try await store.secrets(of: nil).compactMap { try reader.resealed($0) }
            let count = try await store.reseal(changes, by: .local, now: SystemTime().now())
            Output.line(json ? JSONValue.object(["resealed": .integer(Int64(count))]).text : "resealed \(count)")
        }
    }
}
