import JSON
import Logging
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: the service broker carries invocations, and its outage costs the pipeline nothing.
    @Suite struct QueueInvocationTests {
        private func run(_ job: String, _ belfry: Installation) async throws -> String {
            let answer = try await belfry.api("POST", "/services/test/jobs/\(job)/run", .object([:]))
            return try #require(answer.body["execution_id"]?.string)
        }

        private func untilSuccess(_ id: String, _ belfry: Installation) async throws {
            _ = try await until("execution \(id) succeeds") {
                let answer = try await belfry.api("GET", "/executions/\(id)")
                return answer.body["status"]?.string == "success" ? true : nil
            }
        }

        /// Takes the next invocation and reports its success. Returns its execution.
        private func serve(_ queue: ServiceQueue, _ belfry: Installation) async throws -> String? {
            let message = try #require(try await queue.next(limit: 1).first)
            await queue.acknowledge([message.tag])
            let body = try JSONValue(parsing: message.body)
            #expect(message.headers["webhook-id"] == message.id && message.properties["type"] == "belfry.invocation")
            let url = try #require(body["callback_url"]?.string)
            #expect(url.hasSuffix(try #require(message.headers[Header.token])))
            let answer = try await belfry.http("POST", url, body: #"{"status": "success"}"#, headers: [:])
            #expect(answer.status == 202)
            return message.id
        }

        @Test func `a run over the service broker succeeds, and webhooks go on without it`() async throws {
            let broker = try await PrivateBroker.start("services")
            let service = try await EndToEnd.service()
            let belfry = try await Installation.start(
                "queue-invocations", environment: ["BELFRY_SERVICE_AMQP_URL": broker.url])
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let queue = ServiceQueue(
                options: ConnectionOptions(urls: [try BrokerURL(parsing: broker.url)], name: "service"), name: "orders",
                prefetch: 1, logger: logger)
            let loop = Task { await queue.run() }
            defer { loop.cancel() }
            _ = try await until("the queue is there") {
                try await broker.control(["list_queues", "name"]).contains("orders") ? true : nil
            }
            // RabbitMQ 3.10 can lose a quorum queue that it has just made when it is killed. An orderly stop writes it
            // down.
            try await broker.stop()
            try await broker.boot()
            let orders = try await belfry.put(
                "orders",
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:orders"),
                    "schedule": EndToEnd.never,
                    "retry": .object(["max_attempts": .integer(20), "backoff_seconds": .array([.integer(5)])]),
                ])
            #expect(orders.status == 201)
            try await belfry.put(
                "hook", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let first = try await run("orders", belfry)
            #expect(try await serve(queue, belfry) == first)
            try await untilSuccess(first, belfry)

            try await broker.kill()
            let late = try await run("orders", belfry)
            for _ in 0..<3 { try await untilSuccess(try await run("hook", belfry), belfry) }
            #expect(try await belfry.readiness("courierd.1").status == 200)
            try await broker.boot()
            #expect(try await serve(queue, belfry) == late)
            try await untilSuccess(late, belfry)
            try await belfry.stop()
            try await broker.stop()
        }
    }
}
