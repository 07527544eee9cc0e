import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// The services in `examples/` that read a queue of RabbitMQ, and the mock that does.
    @Suite struct QueueExampleTests {
        @Test(arguments: ["queue-python", "queue-swift"])
        func `a service that reads a queue runs a job, and ignores what is not from Belfry`(
            name: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"])
            let example = try await ExampleService.start(
                name, for: belfry, environment: ["AMQP_URL": url, "QUEUE": name])
            defer { example.stop() }
            try await Self.untilThereIs(queue: name, of: belfry)
            // A message about a run that is open: its body is Belfry's own, its signature is not.
            let open = try await Self.openRun(of: "\(name)-open", in: belfry)
            var headers = open.headers.filter { $0.key.hasPrefix("webhook-") }
            headers["webhook-signature"] = "v1,\(Data(count: 32).base64EncodedString())"
            try await Self.publish(open.bytes, headers, to: name, at: url)

            try await belfry.put(
                name,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(name)"),
                    "schedule": EndToEnd.never,
                ])
            _ = try await ExampleTests.expectSuccess(of: name)
            // The forged message came first, and messages are read one after the other.
            let record = try await belfry.api("GET", "/executions/\(open.executionID)").body
            #expect(record["status"]?.string == "invoked" && record["progress"] == .null, "\(record)")
            #expect(try await belfry.api("POST", "/executions/\(open.executionID)/cancel").status == 202)
        }

        @Test func `the mock reads a queue and reports through the exchange of callbacks`() async throws {
            let belfry = try await EndToEnd.installation()
            let mock = try await ExampleService.start(
                "mock", for: belfry, environment: belfry.settings,
                command: "'\(Project.bin)/belfry' mock --queue mocked --callbacks queue --heartbeats 1 --every-ms 50")
            defer { mock.stop() }
            try await Self.untilThereIs(queue: "mocked", of: belfry)
            try await belfry.put(
                "mocked",
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:mocked"),
                    "schedule": EndToEnd.never,
                ])
            let id = try await EndToEnd.run("mocked")
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 50, "\(record)")
            let lines = mock.log.split(separator: "\n").filter { $0.contains(id) }
            #expect(lines.count { $0.contains(#""event":"message""#) } == 1)
            #expect(lines.count { $0.contains(#""answer":"confirmed""#) } == 2)
        }

        /// Begins a run whose service never calls back, and returns its webhook.
        private static func openRun(of job: String, in belfry: Installation) async throws -> LedgerService.Webhook {
            let service = try await EndToEnd.service()
            try await belfry.put(
                job, ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run(job)
            _ = try await until("the run of \(job) is recorded as begun") {
                try await belfry.api("GET", "/executions/\(id)").body["status"]?.string == "invoked" ? true : nil
            }
            return try #require(try await service.webhooks(of: job).first)
        }

        private static func untilThereIs(queue: String, of belfry: Installation) async throws {
            _ = try await until("there is a queue \(queue)") {
                let queues = try await belfry.controlBroker(["list_queues", "-p", "services", "name"])
                return queues.split(separator: "\n").contains { $0 == queue } ? true : nil
            }
        }

        /// Publishes with pika.
        private static func publish(
            _ body: [UInt8], _ headers: [String: String], to queue: String, at url: String
        ) async throws {
            let script = """
                import json, pika, sys
                url, queue, headers, body = sys.argv[1:]
                connection = pika.BlockingConnection(pika.URLParameters(url))
                properties = pika.BasicProperties(headers=json.loads(headers))
                connection.channel().basic_publish("", queue, body, properties)
                connection.close()
                """
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python,
                [
                    "-c", script, url, queue, JSONValue.object(headers.mapValues { .string($0) }).text,
                    String(decoding: body, as: UTF8.self),
                ])
            #expect(finished.status == 0, "\(finished.errors)")
        }
    }
}
