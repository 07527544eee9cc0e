import ArgumentParser
import Foundation
import JSON
import JobCore
import Settings
import Signing
import Store

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Manages keys of the admin API, directly in the store.",
        subcommands: [Create.self, List.self, Revoke.self, Add.self, Remove.self, WebhookSecret.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates an API key and prints it. It can't be printed again.",
            discussion: """
                With --given it prints nothing, and the key is that of BELFRY_API_KEY or of the file that \
                BELFRY_API_KEY_FILE names: “belfry_” and 32 random bytes in base64url. It is then no mistake if the \
                key is there already. So an installation that makes its secrets beforehand can repeat the command.
                """)
        @OptionGroup var storeOptions: StoreOptions
        @Argument(
            help: "A name for the key: 1 to 128 of a-z, A-Z, 0-9, “.”, “_” and “-”.", transform: Arguments.newKeyName)
        var name: String
        @Option(help: "What the key allows: admin, read or service:NAME.", transform: Arguments.scope)
        var scope = APIKey.Scope.admin
        @Flag(help: "Take the key of BELFRY_API_KEY instead of a random one.") var given = false
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let secret = given ? try Self.givenSecret() : APISecret.random()
            let key = APIKey(
                name: name, scope: scope, createdAt: SystemTime().now(), createdBy: ChangeAuthor.local.name)
            let store = try await storeOptions.store()
            guard try await store.add(key, secretHash: APISecret.hash(secret), by: .local) else {
                let found = try await store.apiKey(secretHash: APISecret.hash(secret))
                if given, found?.name == name, found?.scope == scope { return }
                throw Refused(
                    found.map { "the given key exists already: it is “\($0.name)” with the scope \($0.scope)" }
                        ?? "a key named “\(name)” exists already")
            }
            guard !given else { return }
            guard json else { return Output.line(secret) }
            Output.line(JSONValue.object(key.outputFields.merging(["key": .string(secret)]) { $1 }).text)
        }

        private static func givenSecret() throws(SettingsError) -> String {
            try AllSettings.apiKey.parsed { text in
                guard APISecret.isSecret(text) else {
                    throw SettingsError("it is not “belfry_” and 32 random bytes in base64url (43 characters)")
                }
                return text
            }.value(in: Settings(program: .belfry, flags: [:]))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists API keys, and when they were last used, without their secrets.")
        @OptionGroup var storeOptions: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let keys = try await storeOptions.store().apiKeys()
            if json { return Output.line(JSONValue.array(keys.map { .object($0.outputFields) }).text) }
            let rows = keys.map { key in
                [
                    key.name, "\(key.scope)", key.createdAt.rfc3339, key.createdBy ?? "-",
                    key.lastUsedAt?.rfc3339 ?? "never",
                ]
            }
            Output.table(["NAME", "SCOPE", "CREATED", "CREATED BY", "LAST USED"], rows)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revokes an API key. It works no more at once.")
        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "The key's name.", transform: Arguments.notEmpty) var name: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            // Also the last admin's: this command can make another one.
            let removal = try await storeOptions.store().removeAPIKey(
                named: name, keepingAdmin: false, by: .local, now: SystemTime().now())
            guard removal == .removed else { throw Refused("there is no key named “\(name)”") }
            Output.line(json ? JSONValue.object(["revoked": .string(name)]).text : "revoked \(name)")
        }
    }

    /// The former name of `keys create`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "As `keys create`.", shouldDisplay: false)
        @OptionGroup var create: Create

        func run() async throws {
            try await create.run()
        }
    }

    /// The former name of `keys revoke`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "As `keys revoke`.", shouldDisplay: false)
        @OptionGroup var revoke: Revoke

        func run() async throws {
            try await revoke.run()
        }
    }

    /// The former name of `secrets show`.
    struct WebhookSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "webhook-secret", abstract: "Prints the current secret of a service, as `secrets show` does.",
            shouldDisplay: false)
        @OptionGroup var show: SecretsCommand.Show

        func run() async throws {
            try await show.run()
        }
    }
}

extension APIKey {
    /// The fields that the API shows, too.
    fileprivate var outputFields: [String: JSONValue] {
        [
            "name": .string(name), "scope": .string("\(scope)"), "created_at": .string(createdAt.rfc3339),
            "created_by": createdBy.map(JSONValue.string) ?? .null,
            "last_used_at": (lastUsedAt?.rfc3339).map(JSONValue.string) ?? .null,
        ]
    }
}
