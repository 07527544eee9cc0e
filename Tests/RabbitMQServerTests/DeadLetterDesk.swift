import DeadLetters
import Foundation
import JSON
import JobCore
import Logging
import Messaging
import TestServers

@testable import RabbitMQ

/// Asks the stage of dead letters, and counts what lies in the queues.
final class DeadLetterDesk: Sendable {
    let node: PrivateBroker
    let broker: RabbitBroker
    private let asker = DeadLetterID.random().description
    private let answers: ServiceQueue
    let options: ConnectionOptions

    /// Runs `body` with the stage's queue of answers, on empty queues. With `stage` the stage runs in this process.
    static func open(_ node: PrivateBroker, stage: Bool = true, _ body: (DeadLetterDesk) async throws -> Void)
        async throws
    {
        for queue in [WorkQueue.dispatcherRuns, .deadletterRequests] {
            try await drain(node, queue)
            try await node.control(["purge_queue", "\(RealBroker.topology.name(of: queue)).dead"])
        }
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            let desk = try DeadLetterDesk(node: node, broker: broker)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await desk.answers.run() }
                if stage { group.addTask { try await desk.runStage() } }
                try await body(desk)
                group.cancelAll()
            }
        }
    }

    private init(node: PrivateBroker, broker: RabbitBroker) throws {
        self.node = node
        self.broker = broker
        options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "desk")
        let name = "belfry.answers.\(asker)"
        var handle = try AMQPHandle.connect(options.urls[0], options: options)
        try handle.declareQueue(name, arguments: ["x-queue-type": .string("quorum")], passively: false)
        try handle.bind(name, to: "belfry.answers", routingKey: RoutingKey.answer(to: asker))
        answers = ServiceQueue(options: options, name: name, prefetch: 1_000, logger: silentLogger)
    }

    func runStage() async throws {
        let own = ConnectionOptions(
            urls: [try BrokerURL(parsing: node.url(user: "belfry-deadletterd"))], name: "deadletterd")
        let broker = RabbitBroker(
            options: own, topology: RealBroker.topology, consumes: true, publishesEvents: false, logger: silentLogger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await broker.run() }
            let stage = DeadLetters(
                broker: broker, scan: RabbitDeadLetterScan(options: own, topology: RealBroker.topology),
                topology: RealBroker.topology, time: SystemTime(), logger: silentLogger)
            group.addTask { try await stage.run() }
            try await group.next()
            group.cancelAll()
        }
    }

    func request(
        _ action: DeadLettersRequested.Action, _ filter: DeadLetterFilter = .init(queues: [.dispatcherRuns]),
        after: DeadLetterPosition? = nil, limit: Int = 100, rate: Int? = nil, isDryRun: Bool = false
    ) -> DeadLettersRequested {
        DeadLettersRequested(
            requestID: DeadLetterID.random().description, asker: asker, action: action, filter: filter, after: after,
            limit: limit, ratePerSecond: rate, isDryRun: isDryRun, requestedBy: "test")
    }

    typealias Answer = (letters: [(letter: DeadLetter, body: [UInt8])], result: DeadLettersResult)

    /// Asks, and waits for the end of the answers.
    func ask(_ request: DeadLettersRequested) async throws -> Answer {
        try await broker.publish([OutboundMessage(request)])
        return try await answer(to: request)
    }

    /// Waits for the end of the answers to a request. Answers to others are passed over.
    func answer(to request: DeadLettersRequested) async throws -> Answer {
        var letters: [(letter: DeadLetter, body: [UInt8])] = []
        while true {
            let batch = try await answers.next(limit: 1_000)
            await answers.acknowledge(batch.map(\.tag))
            for message in batch {
                let answer = try DeadLettersAnswered(reading: message, asker: asker)
                guard answer.requestID == request.requestID else { continue }
                switch answer {
                case .letter(_, _, let letter, let body): letters.append((letter, body))
                case .end(_, _, let result): return (letters, result)
                }
            }
        }
    }

    /// Repeats passes until there is nothing behind, and returns the sums and the letters.
    func askAll(_ request: DeadLettersRequested) async throws -> Answer {
        var (request, sum) = (request, (letters: [], result: DeadLettersResult()) as Answer)
        repeat {
            request.requestID = DeadLetterID.random().description
            let (letters, result) = try await ask(request)
            sum.letters += letters
            sum.result.scanned += result.scanned
            sum.result.matched += result.matched
            sum.result.done += result.done
            sum.result.failed += result.failed
            sum.result.failures += result.failures
            if let error = result.error { throw TestFailure("a pass ended with \(error)") }
            request.after = result.more
        } while request.after != nil
        return sum
    }

    /// Publishes letters of the queue of runs as a stage does, with the ids m-0, m-1, …
    func publishLetters(_ count: Int, headers: [String: String] = [:]) async throws {
        for first in stride(from: 0, to: count, by: 1_000) {
            try await broker.publish(
                (first..<min(count, first + 1_000)).map { number in
                    let run = InboundMessage(
                        tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.runRequested,
                        headers: ["belfry-note": "\(number)"].merging(headers) { $1 }, id: "m-\(number)",
                        body: Array(#"{"job":"billing/job-\#(number % 100)","n":\#(number)}"#.utf8))
                    return run.deadLetter(
                        from: .dispatcherRuns, reason: .failing, error: "there is no job \(number % 10)",
                        atMilliseconds: 1_000 + Int64(number))
                })
        }
    }

    /// Takes everything out of the queue of runs, until `count` have come.
    func takeRuns(_ count: Int) async throws -> [InboundMessage] {
        let subscription = await broker.subscribe(to: .dispatcherRuns, prefetch: 1_000)
        var messages: [InboundMessage] = []
        while messages.count < count {
            let batch = try await subscription.next(limit: 1_000)
            messages += batch
            await subscription.acknowledge(batch.map(\.tag))
        }
        return messages
    }

    /// Takes everything out of the queue of runs, up to a message that is published behind it.
    func takeAllRuns() async throws -> [InboundMessage] {
        try await broker.publish([
            OutboundMessage(routingKey: RoutingKey.runRequested, id: "end", body: Array("{}".utf8))
        ])
        let subscription = await broker.subscribe(to: .dispatcherRuns, prefetch: 1_000)
        var messages: [InboundMessage] = []
        while messages.last?.id != "end" {
            let batch = try await subscription.next(limit: 1_000)
            await subscription.acknowledge(batch.map(\.tag))
            messages += batch
        }
        return messages.dropLast()
    }

    /// The number of messages of a queue, those in somebody's hands included.
    func depth(_ queue: String) async throws -> Int {
        let listed = try await node.control(["list_queues", "name", "messages", "--no-table-headers"])
        let line = listed.split(separator: "\n").first { $0.hasPrefix("belfry.\(queue)\t") }
        return line.flatMap { Int($0.split(separator: "\t")[1]) } ?? -1
    }

    func untilLetters(_ count: Int) async throws {
        _ = try await until("\(count) letters lie in the queue") {
            try await depth("dispatcher.runs.dead") == count ? true : nil
        }
    }

    /// Publishes a message with any headers over the management API.
    func publishForeign(headers: String, key: String = RoutingKey.runRequested) async throws {
        let body = #"""
            {"properties": {"delivery_mode": 2, "message_id": "foreign", "headers": \#(headers)},
            "routing_key": "\#(key)", "payload": "{}", "payload_encoding": "string"}
            """#
        let answer = try await Program.run(
            "/usr/bin/curl",
            [
                "-s", "-u", "admin:secret", "-X", "POST", "-H", "Content-Type: application/json", "-d", body,
                "http://127.0.0.1:\(node.managementPort)/api/exchanges/%2F/belfry/publish",
            ])
        guard answer.output.contains("true") else { throw TestFailure("not published: \(answer.output)") }
    }
}
