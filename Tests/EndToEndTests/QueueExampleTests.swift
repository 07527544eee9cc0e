import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// The services in `examples/` that read a queue of RabbitMQ, and the mock that does.
    @Suite struct QueueExampleTests {
        @Test(arguments: ["queue-python", "queue-swift"])
        func `a service that reads a queue runs a job, drops a repeat, and ignores what is not from Belfry`(
            name: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"])
            let example = try await ExampleService.start(
                name, for: belfry, environment: ["AMQP_URL": url, "QUEUE": name])
            defer { example.stop() }
            try await Self.untilThereIs(queue: name, of: belfry)
            // A message about a run that is open: its body is Belfry's own, its signature is not.
            let open = try await ExampleTests.openRun(of: "\(name)-open", in: belfry)
            // It is older than any clock is wrong, and not older than its ttl of 600 s.
            let now = Int64(Date().timeIntervalSince1970)
            let genuine = try ExampleTests.headers(belfry, id: open.executionID, at: now - 500, open.text)
            var forged = genuine
            forged["webhook-signature"] = "v1,\(Data(count: 32).base64EncodedString())"
            try await Self.publish(open.bytes, forged, to: name, at: url)
            let test = ExampleTests.test(open.text)
            try await Self.publish(
                Array(test.utf8), try ExampleTests.headers(belfry, id: "test", at: now, test), to: name, at: url)
            let old = try ExampleTests.headers(belfry, id: open.executionID, at: now - 3_600, open.text)
            try await Self.publish(open.bytes, old, to: name, at: url)
            // The broker gives the one that pika can't decode as often as the limit of the queue allows. Fewer times
            // are enough here.
            let arguments = try await belfry.controlBroker(["list_queues", "-p", "services", "name", "arguments"])
            let own = arguments.split(separator: "\n").first { $0.hasPrefix("\(name)\t") }
            #expect(own?.contains("x-delivery-limit\",20") == true, "\(arguments)")
            try await belfry.controlBroker([
                "set_policy", "-p", "services", name, "^\(name)$", #"{"delivery-limit": 2}"#, "--apply-to", "queues",
            ])
            try await Self.publishHostileMessages(to: name, at: url, of: belfry)

            try await belfry.put(
                name,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(name)"),
                    "schedule": EndToEnd.never, "ttl_seconds": .integer(600),
                ])
            // All others came first, and messages are read one after the other.
            _ = try await ExampleTests.expectSuccess(of: name, withinSeconds: 150)
            #expect(example.log.contains("\(open.executionID): ignored a message that is too old"))
            let losses = example.log.split(separator: "\n").count { $0.contains("lost the broker") }
            #expect(losses >= 3 || name != "queue-python", "\(example.log)")
            try await ExampleTests.expectUntouched(open, in: belfry)
            // The genuine one comes twice.
            for _ in 0..<2 { try await Self.publish(open.bytes, genuine, to: name, at: url) }
            #expect(try await EndToEnd.ended(open.executionID)["status"]?.string == "success")
            try await example.untilItPrints("\(open.executionID): ignored a repeat")
            #expect(!example.log.contains("\(open.executionID): Belfry wants no reports"), "\(example.log)")
        }

        @Test(arguments: ["queue-python", "queue-swift"])
        func `a service that reads a queue goes on after an outage of the broker and of Belfry`(
            name: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"])
            let job = "\(name)-outage"
            let example = try await ExampleService.start(
                name, for: belfry, environment: ["AMQP_URL": url, "QUEUE": job])
            defer { example.stop() }
            try await Self.untilThereIs(queue: job, of: belfry)
            try await belfry.put(
                job,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(job)"),
                    "schedule": EndToEnd.never,
                ])
            _ = try await ExampleTests.expectSuccess(of: job)
            // RabbitMQ 3.10 can lose a quorum queue that it has just made when it is killed. An orderly stop writes it
            // down.
            try await belfry.broker("stop")
            try await belfry.broker("start")
            _ = try await ExampleTests.expectSuccess(of: job)
            try await ExampleTests.expectSuccess(of: job, despiteAnOutageSeenBy: example)
        }

        @Test func `an error of the work ends the run as a failure, and the service goes on`() async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"])
            let job = "failing"
            // pika refuses to wait for a time below zero, with an AssertionError.
            let example = try await ExampleService.start(
                "queue-python", for: belfry, environment: ["AMQP_URL": url, "QUEUE": job, "STEP_SECONDS": "-1"])
            defer { example.stop() }
            try await Self.untilThereIs(queue: job, of: belfry)
            try await belfry.put(
                job,
                [
                    "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:\(job)"),
                    "schedule": EndToEnd.never,
                ])
            for _ in 0..<2 {
                let record = try await EndToEnd.ended(try await EndToEnd.run(job))
                #expect(record["status"]?.string == "fail" && record["reason"]?.string == "reported", "\(record)")
                #expect(record["error"]?.string == "-1.0", "\(record)")
            }
            #expect(!example.log.contains("lost the broker"), "\(example.log)")
        }

        /// Publishes what a service must drop, with signatures where they make it go further.
        private static func publishHostileMessages(
            to queue: String, at url: String, of belfry: Installation
        ) async throws {
            func headers(_ body: String, id: String) throws -> [String: String] {
                try ExampleTests.headers(belfry, id: id, at: Int64(Date().timeIntervalSince1970), body)
            }
            let bodies = ["no JSON", "null", "[]", "7", "{}", ExampleTests.unreachable("x")]
            for (index, body) in bodies.enumerated() {
                try await publish(Array(body.utf8), try headers(body, id: "hostile-\(index)"), to: queue, at: url)
            }
            for (name, value) in [
                ("webhook-id", nil), ("webhook-timestamp", "soon"), ("webhook-signature", "é"), ("x", notDecodable),
            ] as [(String, String?)] {
                var headers = try headers("{}", id: "x")
                headers[name] = value
                try await publish(Array("{}".utf8), headers, to: queue, at: url)
            }
            try await publish([UInt8](repeating: 0xff, count: 3 << 20), [:], to: queue, at: url)
        }

        /// A header of this value is published as a time that pika can't decode.
        private static let notDecodable = "a time in the far future"

        @Test func `the mock reads a queue and reports through the exchange of callbacks`() async throws {
            let belfry = try await EndToEnd.installation()
            let mock = try await ExampleService.start(
                "mock", for: belfry, environment: belfry.settings,
                command: "'\(Project.bin)/belfry' mock --queue mocked --callbacks queue --heartbeats 1 --every-ms 50")
            defer { mock.stop() }
            try await Self.untilThereIs(queue: "mocked", of: belfry)
            let names = try await belfry.controlBroker(["list_connections", "client_properties"])
            #expect(names.contains("belfry mock consume"), "\(names)")
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
                import json, pika, struct, sys
                url, queue, headers, path, far = sys.argv[1:]
                body = open(path, "rb").read()
                encode = pika.data.encode_value
                def encode_value(pieces, value):
                    if value != far: return encode(pieces, value)
                    pieces.append(b"T" + struct.pack(">Q", 2**60))
                    return 9
                pika.data.encode_value = encode_value
                connection = pika.BlockingConnection(pika.URLParameters(url))
                properties = pika.BasicProperties(headers=json.loads(headers))
                connection.channel().basic_publish("", queue, body, properties)
                connection.close()
                """
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let file = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
            try Data(body).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let texts = JSONValue.object(headers.mapValues { .string($0) }).text
            let finished = try await Program.run(python, ["-c", script, url, queue, texts, file.path, notDecodable])
            #expect(finished.status == 0, "\(finished.errors)")
        }
    }
}
