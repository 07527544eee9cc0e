import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// What consoled receives answers by, with the permissions that it has.
    @Suite struct AnswerQueueTests {
        private static let id = "6a1c7d1e-0000-4000-8000-000000000001"

        private static func options(_ node: PrivateBroker) throws -> ConnectionOptions {
            ConnectionOptions(urls: [try BrokerURL(parsing: node.url(user: "belfry-consoled"))], name: "consoled")
        }

        /// Runs queues for the length of a test, and ends them in order.
        private func withQueues(
            _ count: Int, _ node: PrivateBroker, _ test: ([AnswerQueue]) async throws -> Void
        ) async throws {
            let options = try Self.options(node)
            let queues = (0..<count).map { _ in
                AnswerQueue(options: options, topology: RealBroker.topology, logger: silentLogger)
            }
            let loops = queues.map { queue in Task { await queue.run() } }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await test(queues)) } catch { outcome = .failure(error) }
            for loop in loops {
                loop.cancel()
                await loop.value
            }
            try outcome.get()
        }

        private func expect(
            _ queue: AnswerQueue, _ id: String = id, bytesMax: Int = 1_000_000
        ) async throws -> ExpectedAnswers {
            try await until("the queue is there") { try? queue.expect(id, bytesMax: bytesMax) }
        }

        private func answer(_ asker: String, _ text: String, id: String = id) -> OutboundMessage {
            var message = OutboundMessage(
                DeadLettersAnswered.end(requestID: id, asker: asker, DeadLettersResult()), headers: ["note": text])
            // A test learns that way whether the queue is bound.
            message.isMandatory = true
            return message
        }

        private func notes(_ expected: ExpectedAnswers, _ count: Int) async -> [String?] {
            var notes: [String?] = []
            for await message in expected.answers {
                notes.append(message.headers["note"])
                if notes.count == count { break }
            }
            return notes
        }

        private func queues(_ node: PrivateBroker) async throws -> String {
            try await node.control(["list_queues", "name", "type", "exclusive", "auto_delete", "--no-table-headers"])
        }

        @Test func `each process gets the answers to its own requests, in their order, and those alone`() async throws {
            let node = try await RealBroker.node.value
            try await withQueues(2, node) { queues in
                let (first, second) = (try await expect(queues[0]), try await expect(queues[1]))
                #expect(first.asker != second.asker)
                let listed = try await self.queues(node)
                for expected in [first, second] {
                    #expect(listed.contains("belfry.answers.\(expected.asker)\tclassic\ttrue\ttrue"))
                }
                try await withBroker(node.url(user: "belfry-deadletterd"), consumes: false) { broker in
                    try await untilReady(broker)
                    try await broker.publish([
                        answer(second.asker, "other"), answer(first.asker, "late", id: "nobody expects this"),
                        answer(first.asker, "a"), answer(first.asker, "b"), answer(first.asker, "c"),
                    ])
                }
                #expect(await notes(first, 3) == ["a", "b", "c"])
                #expect(await notes(second, 1) == ["other"])
            }
        }

        @Test func `nothing is left on the broker once the process has ended, or has given up a request`() async throws
        {
            let node = try await RealBroker.node.value
            try await withQueues(1, node) { queues in
                let expected = try await expect(queues[0])
                expected.end()
                #expect(await notes(expected, 1) == [])
                let next = try queues[0].expect(Self.id, bytesMax: 1_000_000)
                #expect(next.asker == expected.asker)
            }
            _ = try await until("the queue is deleted") {
                try await self.queues(node).contains("belfry.answers.") ? nil : true
            }
        }

        @Test func `answers that are larger than was expected end the wait, and the next request is answered`()
            async throws
        {
            let node = try await RealBroker.node.value
            try await withQueues(1, node) { queues in
                let small = try await expect(queues[0], bytesMax: 2_000)
                let other = try queues[0].expect("other", bytesMax: 1_000_000)
                try await withBroker(node.url(user: "belfry-deadletterd"), consumes: false) { broker in
                    try await untilReady(broker)
                    let long = String(repeating: "x", count: 1_500)
                    try await broker.publish(
                        [answer(small.asker, "a"), answer(small.asker, long), answer(small.asker, "b")]
                            + [answer(small.asker, long, id: "other")])
                }
                #expect(await notes(small, 3) == ["a"])
                #expect(await notes(other, 1).first??.count == 1_500)
            }
        }

        @Test(arguments: ["closed connection", "deleted queue", "restarted broker"])
        func `a loss ends what waits at once, and the process then has a new queue`(loss: String) async throws {
            let node = try await RealBroker.node.value
            try await withQueues(1, node) { queues in
                let expected = try await expect(queues[0])
                switch loss {
                case "closed connection":
                    try await node.control(["close_all_user_connections", "belfry-consoled", "test"])
                case "deleted queue":
                    try await node.control(["delete_queue", "belfry.answers.\(expected.asker)"])
                default:
                    try await node.stop()
                }
                #expect(await notes(expected, 1) == [])
                if loss == "restarted broker" {
                    #expect(throws: PublishError.self) { try queues[0].expect(Self.id, bytesMax: 1) }
                    try await node.boot()
                }
                let next = try await expect(queues[0])
                #expect(next.asker != expected.asker)
                try await withBroker(node.url(user: "belfry-deadletterd"), consumes: false) { broker in
                    try await untilReady(broker)
                    try await broker.publish([answer(next.asker, "after")])
                }
                #expect(await notes(next, 1) == ["after"])
            }
        }

        @Test(arguments: ["belfry", "belfry.events", "belfry.callbacks", "belfry.dead"])
        func `the user of consoled can't bind a queue of its own to another exchange, nor make any other queue`(
            exchange: String
        ) async throws {
            let node = try await RealBroker.node.value
            let options = try Self.options(node)
            var handle = try AMQPHandle.connect(options.urls[0], options: options)
            try handle.declareOwnQueue("belfry.answers.\(Self.id)")
            try handle.bind("belfry.answers.\(Self.id)", to: "belfry.answers", routingKey: "answer.\(Self.id)")
            #expect(throws: AMQPFailure.self) {
                try handle.bind("belfry.answers.\(Self.id)", to: exchange, routingKey: "#")
            }
            var another = try AMQPHandle.connect(options.urls[0], options: options)
            #expect(throws: AMQPFailure.self) { try another.declareOwnQueue("\(exchange).mine") }
        }
    }
}
