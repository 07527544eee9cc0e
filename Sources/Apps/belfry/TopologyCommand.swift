import ArgumentParser
import BrokerAccess
import Commands
import JSON
import JobCore
import Messaging
import Settings

struct TopologyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "Manages the exchanges, queues, policies and users of Belfry in RabbitMQ.",
        subcommands: [TopologyApply.self, TopologyCheck.self, Print.self])

    struct Print: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the topology as a RabbitMQ definitions file.")
        @OptionGroup var brokerOptions: BrokerOptions
        @Option(
            help:
                "A file of USER=PASSWORD lines. Users that it doesn't contain can't log in until they get a password.",
            completion: .file(), transform: Arguments.notEmpty)
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
