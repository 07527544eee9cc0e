import ArgumentParser
import BrokerAccess
import Commands
import JSON
import Messaging

extension ForksCommand {
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a fork's queue, binding, policy and user, or changes them.",
            discussion: """
                Enabling a fork again changes what differs, and keeps what the queue holds. Existing users keep their \
                passwords, unless --passwords has one for them.
                """)
        @OptionGroup var brokerOptions: BrokerOptions
        @Argument(help: "archive, replay or storage.", transform: Arguments.choice) var fork: EventFork
        @Option(help: "archive: how long it keeps an event. (default: 30d)", transform: ForksCommand.ageSeconds)
        var maxAge: Int64?
        @Option(
            help: "How much the queue holds. (default: 10GB for archive, 2GB for storage)",
            transform: ForksCommand.byteCount)
        var maxBytes: Int64?
        @Option(
            help: "replay: where it may publish, exchange/key or queue:NAME. Repeat it for several.",
            transform: ForksCommand.destination)
        var to: [ReplayDestination] = []
        @Option(help: "A file with a line USER=PASSWORD for the fork's user.", transform: Arguments.notEmpty)
        var passwords: String?
        @Flag(
            name: .customLong("print"),
            help: "Only print the definitions, for rabbitmqctl import_definitions; needs no server.")
        var printsOnly = false

        func validate() throws {
            guard maxAge == nil || fork == .archive else {
                throw ValidationError("--max-age is for the archive only: a queue of \(fork.rawValue) keeps no age")
            }
            guard maxBytes == nil || fork != .replay else {
                throw ValidationError("--max-bytes is for archive and storage: replay has no queue")
            }
            guard to.isEmpty == (fork != .replay) else {
                throw ValidationError(
                    fork == .replay
                        ? "replay needs at least one --to: where it may publish" : "--to is for replay only")
            }
            guard passwords == nil || fork.user != nil else {
                throw ValidationError("--passwords is for replay and storage: the archive has no user")
            }
        }

        func run() async throws {
            let broker = try brokerOptions.broker()
            var options = ForkOptions(fork)
            options.ageSecondsMax = maxAge ?? options.ageSecondsMax
            options.bytesMax = maxBytes ?? options.bytesMax
            options.destinations = to
            let faults = to.compactMap { $0.fault(prefix: broker.topology.prefix) }
            if let fault = faults.first { throw ValidationError("--to \(fault)") }
            let wanted = ForkTopology(fork, options, prefix: broker.topology.prefix)
            let given = try passwords.map { path in
                try PasswordFile.passwords(
                    in: try InputFile.read(path), file: path, users: wanted.user.map { [$0.name] } ?? [])
            }
            let hashes = (given ?? [:]).mapValues(PasswordHash.salted)
            if printsOnly {
                return Output.lines(
                    wanted.definitions(virtualHost: broker.virtualHost, passwordHashes: hashes).indented)
            }
            try await ForksCommand.managementAPI().enable(
                wanted, virtualHost: broker.virtualHost, passwordHashes: hashes)
            Output.line("\(fork.rawValue) is enabled.")
            if let user = wanted.user, given?[user.name] == nil {
                Output.note("If \(user.name) is new, it has no password yet: rabbitmqctl change_password \(user.name)")
            }
        }
    }
}
