import ArgumentParser
import BrokerAccess
import Commands
import JSON
import JobCore
import Messaging
import RabbitMQ
import Settings

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Manages the exchanges, queues, policies and users of Belfry in RabbitMQ.",
        subcommands: [Apply.self, Check.self, Print.self])

    private static func declarer(_ options: BrokerOptions) throws -> TopologyDeclarer {
        let broker = try options.broker()
        return TopologyDeclarer(options: broker.connection, topology: broker.topology)
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates exchanges, queues and bindings; with BELFRY_MANAGEMENT_URL also policies and users.")
        @OptionGroup var brokerOptions: BrokerOptions

        func run() async throws {
            if let api = try ManagementAPI.configured() {
                let broker = try brokerOptions.broker()
                try await api.apply(broker.topology, virtualHost: broker.virtualHost)
                return Output.line("The topology is applied, including policies and users.")
            }
            do {
                try TopologyCommand.declarer(brokerOptions).apply()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            Output.line("Exchanges, queues and bindings are applied.")
            Output.note(
                """
                Policies and users can't be created over AMQP. Set BELFRY_MANAGEMENT_URL, or have an administrator run:
                  belfry topology print > definitions.json && rabbitmqctl import_definitions definitions.json
                """)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what is missing or different. Exits with 0 if nothing is. Changes nothing.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            var faults: [String]
            do {
                faults = try TopologyCommand.declarer(brokerOptions).check()
            } catch let error as TopologyDeclarer.Refusal {
                throw Refused(error.description)
            }
            if let api = try ManagementAPI.configured() {
                let broker = try brokerOptions.broker()
                faults += try await api.faults(broker.topology, virtualHost: broker.virtualHost)
            }
            if json {
                Output.line(JSONValue.object(["faults": .array(faults.map(JSONValue.string))]).text)
            } else {
                for fault in faults { Output.line(fault) }
                if faults.isEmpty { Output.line("The topology is complete.") }
            }
            if !faults.isEmpty { throw ExitCode(1) }
        }
    }

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the topology as a RabbitMQ definitions file.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Option(
            help:
                "A file of USER=PASSWORD lines. Users that it doesn't contain can't log in until they get a password.",
            transform: Arguments.notEmpty)
        var passwords: String?
        @Option(
            help:
                "Also add this user of the file of passwords, with all permissions. Repeat it for several users.",
            transform: Arguments.notEmpty
        ) var administrator: [String] = []

        func run() throws {
            let topology = try brokerOptions.broker().topology
            let given = try passwords.map { path in
                try PasswordFile.passwords(
                    in: try InputFile.read(path), file: path, users: topology.users.map(\.name) + administrator)
            }
            if let user = administrator.first(where: { given?[$0] == nil }) {
                throw ValidationError("--administrator \(user): the file of --passwords has no line \(user)=PASSWORD")
            }
            let hashes = (given ?? [:]).mapValues(PasswordHash.salted)
            Output.lines(topology.definitions(passwordHashes: hashes, administrators: administrator).indented)
        }
    }
}
