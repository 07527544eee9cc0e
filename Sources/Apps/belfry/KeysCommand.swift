import ArgumentParser
import Foundation
import JSON
import JobCore
import Signing
import Store

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Manages keys of the admin API, directly in the store.",
        subcommands: [Add.self, List.self, Remove.self, WebhookSecret.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates an API key and prints it. It can't be printed again.")
        @OptionGroup var storeOptions: StoreOptions
        @Argument(
            help: "A name for the key: 1 to 128 of a-z, A-Z, 0-9, “.”, “_” and “-”.", transform: Arguments.newKeyName)
        var name: String
        @Option(help: "What the key allows: admin, read or service:NAME.", transform: Arguments.scope)
        var scope = APIKey.Scope.admin

        func run() async throws {
            let secret = APISecret.random()
            let key = APIKey(name: name, scope: scope, createdAt: SystemTime().now())
            guard try await storeOptions.store().add(key, secretHash: APISecret.hash(secret)) else {
                throw Refused("a key named “\(name)” exists already")
            }
            Output.line(secret)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists API keys without their secrets.")
        @OptionGroup var storeOptions: StoreOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let keys = try await storeOptions.store().apiKeys()
            if json {
                let values = keys.map { key in
                    JSONValue.object([
                        "name": .string(key.name), "scope": .string("\(key.scope)"),
                        "created_at": .string(key.createdAt.rfc3339),
                    ])
                }
                return Output.line(JSONValue.array(values).text)
            }
            Output.table(["NAME", "SCOPE", "CREATED"], keys.map { [$0.name, "\($0.scope)", $0.createdAt.rfc3339] })
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revokes an API key.")
        @OptionGroup var storeOptions: StoreOptions
        @Argument(help: "The key's name.", transform: Arguments.notEmpty) var name: String

        func run() async throws {
            guard try await storeOptions.store().removeAPIKey(named: name) else {
                throw Refused("there is no key named “\(name)”")
            }
            Output.line("removed \(name)")
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
