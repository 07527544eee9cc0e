import JSON
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// What an operator looks at first.
    @Suite struct StatusTests {
        private static func status(_ belfry: Installation) async throws -> (exit: Int32, body: JSONValue) {
            let finished = try await belfry.belfry(["status", "--json"])
            let body = try JSONValue(parsing: Array(finished.output.utf8))
            #expect(finished.status == (body["ok"] == .bool(true) ? 0 : 1), "\(finished)")
            return (finished.status, body)
        }

        private static func state(_ stage: String, _ status: JSONValue) -> String? {
            status["stages"]?.array?.first { $0["stage"]?.string == stage }?["state"]?.string
        }

        /// Whether it names the courier, a delivery and a pending execution that wait for it, and a dead letter.
        private static func isBroken(_ status: JSONValue) -> Bool {
            let deliveries = status["queues"]?.array?.first { $0["queue"] == .string("courier.deliveries") }
            let codes = (status["problems"]?.array ?? []).compactMap { $0["code"]?.string }
            return state("courierd", status) == "down" && (deliveries?["ready"]?.integer ?? 0) > 0
                && (status["executions"]?["pending"]?.integer ?? 0) > 0 && codes.contains("dead_letters")
        }

        @Test func `the status names a stage that is stopped, what waits for it, and dead letters`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "status", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            // Other tests may have left dead letters, and have stopped stages for a moment.
            _ = try await until("every stage is at work") {
                let stages = try await Self.status(belfry).body["stages"]?.array ?? []
                return stages.count == 8 && stages.allSatisfy { $0["state"] == .string("ok") } ? true : nil
            }
            let publisher = try belfry.foreignPublisher("belfry-consoled")
            #expect(try publisher.publish(to: "belfry", key: RoutingKey.runRequested, id: "status") == .taken)
            belfry.killProgram("courierd.1")
            let id = try await EndToEnd.run("status")
            let broken = try await until("the status names the courier, its backlog and the letter") {
                let status = try await Self.status(belfry)
                return Self.isBroken(status.body) ? status : nil
            }
            #expect(broken.exit == 1)
            let messages = (broken.body["problems"]?.array ?? []).compactMap { $0["message"]?.string }
            #expect(messages.contains { $0.hasPrefix("courierd is down") }, "\(messages)")
            let text = try await belfry.belfry(["status"])
            #expect(text.status == 1 && text.output.contains("problem"), "\(text)")
            #expect(text.output.contains("courierd is down") && text.output.contains("courier.deliveries"), "\(text)")

            try await belfry.startProgram("courierd.1")
            _ = try await EndToEnd.ended(id)
            let dropped = try await belfry.belfry(["dead", "drop", "--queue", "dispatcher.runs"])
            #expect(dropped.status == 0, "\(dropped)")
            _ = try await until("every stage is at work again") {
                let stages = try await Self.status(belfry).body["stages"]?.array ?? []
                return stages.allSatisfy { $0["state"] == .string("ok") } ? true : nil
            }
        }
    }
}
