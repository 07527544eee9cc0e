import Foundation
import JSON
import JobCore
import Messaging
import TestServers

@testable import RabbitMQ

/// The forks of an environment of their own, in the node of these tests.
struct ForkRig {
    static let prefix = "forks"
    static let archive = "forks.fork.archive"
    static let storage = "forks.fork.storage"

    let node: PrivateBroker
    let options: ConnectionOptions

    /// Takes the node, with the exchange of events and no fork.
    static func start() async throws -> ForkRig {
        let node = try await RealBroker.node.value
        let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "test")
        var handle = try AMQPHandle.connect(options.urls[0], options: options)
        try handle.declareExchange("\(prefix).events", passively: false)
        let rig = ForkRig(node: node, options: options)
        for fork in EventFork.allCases { try await rig.done(["forks", "disable", fork.rawValue, "--yes"]) }
        return rig
    }

    /// Runs the command line, as the administrator or as another user.
    func belfry(_ arguments: [String], user: String = "admin") async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", arguments, environment: environment(user: user))
    }

    /// Runs the command line, and returns its output. Throws unless it exits with 0.
    @discardableResult
    func done(_ arguments: [String], user: String = "admin") async throws -> String {
        let finished = try await belfry(arguments, user: user)
        guard finished.status == 0 else { throw TestFailure("\(arguments): \(finished)") }
        return finished.output
    }

    func environment(user: String) -> [String: String] {
        [
            "BELFRY_AMQP_URL": node.url(user: user), "BELFRY_PREFIX": Self.prefix,
            "BELFRY_MANAGEMENT_URL": "http://admin:secret@127.0.0.1:\(node.managementPort)",
        ]
    }

    /// Enables replay to these destinations, with a password.
    func enableReplay(to destinations: String...) async throws {
        let file = "\(node.folder)/fork-passwords"
        try "\(Self.prefix)-replay=secret".write(toFile: file, atomically: true, encoding: .utf8)
        try await done(
            ["forks", "enable", "replay", "--passwords", file] + destinations.flatMap { ["--to", $0] })
    }

    /// A quorum queue, empty.
    func makeQueue(_ name: String) throws {
        var handle = try AMQPHandle.connect(options.urls[0], options: options)
        try handle.declareQueue(name, arguments: ["x-queue-type": .string("quorum")], passively: false)
    }

    /// Publishes each event once, and waits for the confirms, however slow the machine is.
    @discardableResult
    func publish(_ events: [AMQPMessage]) async throws -> ServiceBroker.Answer {
        var handle = try AMQPHandle.connect(options.urls[0], options: options)
        try handle.selectConfirms()
        var tracker = ConfirmTracker()
        var answer = ServiceBroker.Answer.confirmed
        for start in stride(from: 0, to: events.count, by: 1_000) {
            let window = events[start..<min(start + 1_000, events.count)]
            tracker.begin(0, count: window.count, destinations: [], at: .now)
            for event in window {
                try handle.enqueue(event)
                tracker.sent(at: .now)
            }
            try handle.flush()
            _ = try await until("the broker has answered every event of the window") {
                for case .confirmed(let tag, let multiple, let isAccepted) in try handle.readEvents() {
                    if !isAccepted { answer = .full }
                    _ = tracker.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted, at: .now)
                }
                return tracker.unconfirmedCount == 0 ? true : nil
            }
        }
        handle.closeInOrder()
        return answer
    }

    /// An event with the id `e-NUMBER`, of the second with this number.
    static func event(_ number: Int, service: String = "billing", padding: Int = 0) -> AMQPMessage {
        let occurredAt = Instant(secondsSinceEpoch: 1_700_000_000 + Int64(number)).rfc3339
        let body = JSONValue.object([
            "schema": .string("belfry.event/1"), "id": .string("e-\(number)"), "type": .string("execution.finished"),
            "occurred_at": .string(occurredAt), "padding": .string(String(repeating: "x", count: padding)),
            "execution": .object([
                "service_name": .string(service), "job_name": .string("nightly"), "status": .string("success"),
            ]),
        ])
        return AMQPMessage(
            exchange: "\(prefix).events", routingKey: "execution.finished.\(service).nightly", id: "e-\(number)",
            body: Array(body.text.utf8), isMandatory: false)
    }

    static func time(_ number: Int) -> String { Instant(secondsSinceEpoch: 1_700_000_000 + Int64(number)).rfc3339 }

    /// Takes this number of messages out of a queue.
    func take(_ count: Int, from name: String) async throws -> [InboundMessage] {
        let queue = ServiceQueue(options: options, name: name, prefetch: 1_000, logger: silentLogger)
        let loop = Task { await queue.run() }
        var messages: [InboundMessage] = []
        while messages.count < count {
            let batch = try await queue.next(limit: count - messages.count)
            messages += batch
            await queue.acknowledge(batch.map(\.tag))
        }
        loop.cancel()
        await loop.value
        return messages
    }

    /// The messages that a queue holds; of a stream about.
    func count(_ queue: String) throws -> Int64? { try QueueProbe(options: options).counts(of: queue)?.messages }
}
