import ArgumentParser
import BrokerAccess
import Commands
import JobCore
import Messaging

extension EventsCommand {
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes events of the archive again, in their order, to an exchange or a queue of yours.",
            discussion: """
                It reads the archive up to the last event that is there when it starts. Each event keeps its message \
                id and gets the header belfry-replayed-offset. With --resume, a replay that was ended goes on where \
                it was; at most the last window of events, 500 or fewer, is repeated then. BELFRY_AMQP_URL has the \
                user of the fork replay.
                """)
        @OptionGroup var brokerOptions: BrokerOptions
        @Option(help: "Events that occurred at this RFC 3339 time or later, or so long ago, such as 90m or 7d.")
        var since: String?
        @Option(help: "Events that occurred before this RFC 3339 time, or so long ago.") var until: String?
        @Option(
            help: "Begin with this event of the archive; 0 is the first.",
            transform: Arguments.number(0...Int.max)) var fromOffset: Int?
        @Option(
            help: """
                Only events with this value: type, service, job, status, reason or trigger, as in service=billing. \
                Repeat it: of one key any value counts, of several keys each must.
                """, transform: Self.filter) var filter: [EventFilter] = []
        @Option(help: "Where to: exchange/key or queue:NAME.", transform: ForksCommand.destination)
        var to: ReplayDestination
        @Option(help: "The most events in a second, 1 to 100000.", transform: Arguments.number(1...100_000))
        var rate: Int?
        @Option(
            help: "A file that keeps the position, for the case that the replay is ended.",
            completion: .file(), transform: Arguments.notEmpty) var resume: String?
        @Flag(help: "Only count the events; publish nothing.") var dryRun = false
        @Flag(help: "Print JSON: a line about each second, and one at the end.") var json = false

        func validate() throws {
            guard since != nil || fromOffset != nil else {
                throw ValidationError("give --since or --from-offset; --from-offset 0 replays the whole archive")
            }
            guard !dryRun || resume == nil else { throw ValidationError("--dry-run keeps no position: leave --resume") }
        }

        func run() async throws {
            let broker = try brokerOptions.broker()
            if let fault = to.fault(prefix: broker.topology.prefix) { throw ValidationError("--to \(fault)") }
            let now = SystemTime().now()
            let (since, until) = (try instant("--since", self.since, now), try instant("--until", self.until, now))
            if let since, let until, until <= since { throw ValidationError("--until is not after --since") }
            let archive = EventFork.archive.queueName(prefix: broker.topology.prefix) ?? ""
            let request = ReplayPosition.Request(
                archive: "\(broker.virtualHost) \(archive)", since: self.since, until: self.until,
                fromOffset: fromOffset.map(Int64.init), filters: filter.map(\.description),
                destination: to.description)
            let file = try resume.map { try ReplayFile(path: $0, request: request) }
            let replay = EventReplay(
                options: broker.connection, archive: archive, request: request, bounds: (since, until),
                filters: filter, destination: to, pace: ReplayPace(perSecond: rate), file: file, isDryRun: dryRun,
                progress: ReplayProgress(isJSON: json, isDryRun: dryRun))
            try await replay.run()
        }

        @Sendable private static func filter(_ text: String) throws -> EventFilter {
            guard let filter = EventFilter(text) else {
                let keys = EventFilter.Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("give KEY=VALUE, where KEY is \(keys)")
            }
            return filter
        }

        private func instant(_ option: String, _ text: String?, _ now: Instant) throws -> Instant? {
            guard let text else { return nil }
            guard let instant = TimeText.instant(of: text, now: now) else {
                throw ValidationError(
                    "\(option) takes an RFC 3339 time such as 2026-01-31T08:00:00Z, or a time ago such as 90m or 7d")
            }
            return instant
        }
    }
}
