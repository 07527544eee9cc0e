import ArgumentParser
import BrokerAccess
import Commands
import JSON
import Messaging
import RabbitMQ

extension ForksCommand {
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a fork's queue, binding, policy and user, or changes them.",
            discussion: """
                Enabling a fork again changes what differs, and keeps what the queue holds and the limits that are \
                left out. Existing users keep their passwords, unless --passwords has one for them.
                """)
        @OptionGroup var brokerOptions: BrokerOptions
        @Argument(
            help: "archive, replay or storage.", completion: .choices(of: EventFork.self), transform: Arguments.choice)
        var fork: EventFork
        @Option(help: "archive: how long it keeps an event. (30d for a new one)", transform: ForksCommand.ageSeconds)
        var maxAge: Int64?
        @Option(
            help: "How much the queue holds. (10GB for a new archive, 2GB for a new storage)",
            transform: ForksCommand.byteCount)
        var maxBytes: Int64?
        @Option(
            help: "replay: where it may publish, exchange/key or queue:NAME. Repeat it for several.",
            transform: ForksCommand.destination)
        var to: [ReplayDestination] = []
        @Option(
            help: "A file with a line USER=PASSWORD for the fork's user.", completion: .file(),
            transform: Arguments.notEmpty)
        var passwords: String?
        @Flag(help: "Make an archive smaller without a question, although that removes events.") var yes = false
        @Flag(
            name: .customLong("print"),
            help: """
                Only print the definitions, for rabbitmqctl import_definitions. It needs no server, so limits that are \
                left out are those of a new fork.
                """)
        var printsOnly = false
        @Flag(help: "Print JSON.") var json = false

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
            let faults = to.compactMap { $0.fault(prefix: broker.topology.prefix) }
            if let fault = faults.first { throw ValidationError("--to \(fault)") }
            let api = printsOnly ? nil : try ForksCommand.managementAPI()
            let options = try await options(broker, api)
            let wanted = ForkTopology(fork, options, prefix: broker.topology.prefix)
            let given = try passwords.map { path in
                try PasswordFile.passwords(
                    in: try InputFile.read(path), file: path, users: wanted.user.map { [$0.name] } ?? [])
            }
            let hashes = (given ?? [:]).mapValues(PasswordHash.salted)
            guard let api else {
                return Output.lines(
                    wanted.definitions(virtualHost: broker.virtualHost, passwordHashes: hashes).indented)
            }
            try await api.enable(wanted, virtualHost: broker.virtualHost, passwordHashes: hashes)
            ForksCommand.report(fork, isEnabled: true, json: json)
            if let user = wanted.user, given?[user.name] == nil {
                Output.note("If \(user.name) is new, it has no password yet: rabbitmqctl change_password \(user.name)")
            }
        }

        /// What was given; else what the fork has, if it is enabled; else the defaults. Throws ``Refused`` if that may
        /// remove events and nobody says yes.
        private func options(_ broker: BrokerSettings, _ api: ManagementAPI?) async throws -> ForkOptions {
            let state = ForkState(
                fork, inDefinitions: try await api?.definitions() ?? .null, virtualHost: broker.virtualHost,
                prefix: broker.topology.prefix)
            var options = state.options
            options.ageSecondsMax = maxAge ?? options.ageSecondsMax
            options.bytesMax = maxBytes ?? options.bytesMax
            options.destinations = to
            guard !yes, state.mayLoseEvents(by: options), let queue = fork.queueName(prefix: broker.topology.prefix),
                let count = try ForksCommand.counts(of: queue, broker)?.messages, count > 0
            else { return options }
            try ForksCommand.ask(
                "\(queue) holds about \(count) events, and keeps fewer with --max-age \(options.ageSecondsMax)s "
                    + "--max-bytes \(options.bytesMax)B")
            return options
        }
    }
}
