import Foundation
import JSON
import JobCore
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// The subscribers in `examples/`.
    @Suite struct EventExampleTests {
        @Test(arguments: ["events-python", "events-swift"])
        func `a subscriber prints each end once, ignores what is no event, and goes on after an outage of the broker`(
            name: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let queue = "belfry.subscriber.\(name)"
            let url = try #require(belfry.settings["BELFRY_EVENTS_AMQP_URL"])
            let example = try await ExampleService.start(
                name, for: belfry, environment: ["AMQP_URL": url, "QUEUE": queue])
            defer { example.stop() }
            try await Self.untilBound(queue, of: belfry)
            let job = "\(name)-job"
            try await belfry.put(
                job, ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run(job)
            try await example.untilItPrints("test/\(job) \(id): success")

            // An event that comes twice, among messages that are none.
            let event = Self.finished()
            try await EndToEnd.withOperator(belfry) { broker in
                for body in ["no JSON", "null", "[]", "7", "{}", #"{"schema": "belfry.event/1", "id": 7}"#] {
                    try await broker.publish([Self.message(event, Array(body.utf8))])
                }
                let other = String(decoding: event.body, as: UTF8.self).replacing("event/1", with: "event/2")
                try await broker.publish([Self.message(event, Array(other.utf8))])
                for _ in 0..<2 { try await broker.publish([Self.message(event, event.body)]) }
            }
            try await example.untilItPrints("\(event.execution.id)/finished: ignored a repeat")
            #expect(example.log.contains("\(event.execution.id): fail (missed)"))
            #expect(example.log.contains("ignored an event of the form belfry.event/2"))
            #expect(example.log.split(separator: "\n").count { $0.contains("can't be read") } == 6, "\(example.log)")

            try await belfry.broker("stop")
            try await belfry.broker("start")
            let second = try await EndToEnd.run(job)
            try await example.untilItPrints("test/\(job) \(second): success")
            try await belfry.controlBroker(["delete_queue", queue])
        }

        private static func finished() -> ExecutionChanged {
            let name = JobName(service: "test", job: "made-up")
            let start = Instant(secondsSinceEpoch: 1_800_000_000)
            let execution = Execution(
                id: .random(), jobID: name.id, jobName: name, occurrence: start, createdAt: start, isExclusive: false,
                schedule: "rate(1 minute)", state: .over(.missed, at: start, ttlSeconds: 60), attemptDueAt: start)
            return ExecutionChanged(.finished, of: execution)
        }

        private static func message(_ event: ExecutionChanged, _ body: [UInt8]) -> OutboundMessage {
            OutboundMessage(exchange: .events, routingKey: event.routingKey, id: event.messageID, body: body)
        }

        private static func untilBound(_ queue: String, of belfry: Installation) async throws {
            _ = try await until("\(queue) is bound") {
                let bindings = try await belfry.controlBroker(["list_bindings", "source_name", "destination_name"])
                return bindings.split(separator: "\n").contains("belfry.events\t\(queue)") ? true : nil
            }
        }
    }
}
