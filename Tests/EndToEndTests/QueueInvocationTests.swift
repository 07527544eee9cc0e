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

        private func consumer(of queue: String, at url: String) throws -> ServiceQueue {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            return ServiceQueue(
                options: ConnectionOptions(urls: [try BrokerURL(parsing: url)], name: "service"), name: queue,
                prefetch: 1, logger: logger)
        }

        /// Registers a job whose target is the queue of the same name.
        private func put(_ queue: String, _ belfry: Installation) async throws {
            let answer = try await belfry.put(
                queue,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(queue)"),
                    "schedule": EndToEnd.never, "ttl_seconds": .integer(300),
                    "retry": .object(["max_attempts": .integer(20), "backoff_seconds": .array([.integer(5)])]),
                ])
            #expect(answer.status == 201)
        }

        /// The attempts on record.
        private func attempts(_ id: String, _ belfry: Installation) async throws -> [JSONValue] {
            let timeline = try await belfry.api("GET", "/executions/\(id)").body["timeline"]?.array ?? []
            return timeline.filter { $0["event"]?.string == "attempt" }
        }

        @Test func `a run over the service broker succeeds, and webhooks go on without it`() async throws {
            let broker = try await PrivateBroker.start("services")
            let service = try await EndToEnd.service()
            let belfry = try await Installation.start(
                "queue-invocations", environment: ["BELFRY_SERVICE_AMQP_URL": broker.url])
            let queue = try consumer(of: "orders", at: broker.url)
            let loop = Task { await queue.run() }
            defer { loop.cancel() }
            _ = try await until("the queue is there") {
                try await broker.control(["list_queues", "name"]).contains("orders") ? true : nil
            }
            // RabbitMQ 3.10 can lose a quorum queue that it has just made when it is killed. An orderly stop writes it
            // down.
            try await broker.stop()
            try await broker.boot()
            try await put("orders", belfry)
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

        @Test func `a queue without its majority is tried again until it has one, and holds up nothing else`()
            async throws
        {
            let cluster = try await PrivateCluster.start("cluster", classicQueue: "steady")
            let service = try await EndToEnd.service()
            let belfry = try await Installation.start(
                "queue-majority", environment: ["BELFRY_SERVICE_AMQP_URL": cluster.url])
            let (orders, steady) = (
                try consumer(of: "orders", at: cluster.url), try consumer(of: "steady", at: cluster.url)
            )
            let loops = [orders, steady].map { queue in Task { await queue.run() } }
            defer { for loop in loops { loop.cancel() } }
            _ = try await until("the quorum queue is there") {
                try await cluster.control(["list_queues", "name"]).contains("orders") ? true : nil
            }
            for queue in ["orders", "steady"] { try await put(queue, belfry) }
            try await belfry.put(
                "hook", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let first = try await run("orders", belfry)
            #expect(try await serve(orders, belfry) == first)
            try await untilSuccess(first, belfry)

            try await cluster.stopOthers()
            let late = try await run("orders", belfry)
            // The others begin while it is waited for, and given up, again.
            let tries = try await until("a second attempt has found no majority") {
                let ids = [try await run("steady", belfry), try await run("hook", belfry)]
                #expect(try await serve(steady, belfry) == ids[0])
                for id in ids {
                    try await untilSuccess(id, belfry)
                    // The callback may be on record before the attempt is.
                    #expect(try await attempts(id, belfry).allSatisfy { $0["attempt"]?.integer == 1 })
                }
                let tries = try await attempts(late, belfry)
                return tries.count >= 2 ? tries : nil
            }
            let isUnavailable = tries.allSatisfy {
                $0["detail"]?.string?.contains("the service broker is unavailable") == true
            }
            #expect(isUnavailable, "\(tries)")
            #expect(try await belfry.readiness("courierd.1").status == 200)

            try await cluster.startOthers()
            #expect(try await serve(orders, belfry) == late)
            try await untilSuccess(late, belfry)
            try await belfry.stop()
            try await cluster.stop()
        }
    }
}
