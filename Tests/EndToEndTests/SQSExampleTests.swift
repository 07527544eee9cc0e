import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// The service in `examples/` that reads a queue of SQS, on a local server in the place of AWS.
    @Suite struct SQSExampleTests {
        private static let credentials = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret"]

        @Test func `a service that reads SQS runs a job, drops a repeat, and ignores what is not from Belfry`()
            async throws
        {
            try await MotoServer.with { moto in
                try await Installation.with(
                    "sqs-example", environment: Self.credentials.merging(["BELFRY_SQS_ENDPOINT": moto.url]) { $1 }
                ) { try await Self.expectRuns(moto, $0) }
            }
        }

        private static func expectRuns(_ moto: MotoServer, _ belfry: Installation) async throws {
            // The queue is not there yet, which is to the service as an outage of SQS.
            let example = try await ExampleService.start(
                "sqs-python", for: belfry,
                environment: credentials.merging([
                    "SQS_QUEUE_URL": "\(moto.url)/123456789012/example", "SQS_ENDPOINT": moto.url,
                    "AWS_REGION": "us-east-1",
                ]) { $1 })
            defer { example.stop() }
            try await example.untilItPrints("lost SQS")
            let queue = try await moto.createQueue("example")
            let open = try await openRun(in: belfry, moto)
            // It is older than any clock is wrong, and not older than its ttl of 600 s.
            let now = Int64(Date().timeIntervalSince1970)
            let genuine = try ExampleTests.headers(belfry, id: open.id, at: now - 500, open.body)
            var forged = genuine
            forged["webhook-signature"] = "v1,\(Data(count: 32).base64EncodedString())"
            try await moto.send(queue, body: open.body, attributes: forged)
            let test = ExampleTests.test(open.body)
            try await moto.send(
                queue, body: test, attributes: try ExampleTests.headers(belfry, id: "test", at: now, test))
            let old = try ExampleTests.headers(belfry, id: open.id, at: now - 3_600, open.body)
            try await moto.send(queue, body: open.body, attributes: old)
            try await sendHostileMessages(to: queue, moto, belfry)

            try await put("sqs-python", target: queue, in: belfry)
            let id = try await run("sqs-python", in: belfry)
            let record = try await ended(id, in: belfry)
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 80, "\(record)")
            #expect(record["summary"]?.string == "sqs-python did four steps")
            try await untilEmpty(queue, moto)
            #expect(example.log.contains("ignored a message that is not from Belfry"))
            #expect(example.log.contains("\(open.id): ignored a message that is too old"))
            let untouched = try await belfry.api("GET", "/executions/\(open.id)").body
            #expect(untouched["status"]?.string == "invoked" && untouched["progress"] == .null, "\(untouched)")

            for _ in 0..<2 { try await moto.send(queue, body: open.body, attributes: genuine) }
            #expect(try await ended(open.id, in: belfry)["status"]?.string == "success")
            try await untilEmpty(queue, moto)
            #expect(example.log.contains("\(open.id): ignored a repeat"), "\(example.log)")
            #expect(!example.log.contains("\(open.id): Belfry wants no reports"), "\(example.log)")

            let late = try await example.duringAnOutage(of: belfry) { try await run("sqs-python", in: belfry) }
            #expect(try await ended(late, in: belfry)["status"]?.string == "success")
        }

        /// Begins a run that no service reads, and returns its message.
        private static func openRun(
            in belfry: Installation, _ moto: MotoServer
        ) async throws -> (id: String, body: String) {
            let unread = try await moto.createQueue("unread")
            try await put("open", target: unread, in: belfry)
            let id = try await run("open", in: belfry)
            let message = try await until("the message is in the queue") { try await moto.receive(unread).first }
            _ = try await until("the run is recorded as begun") {
                try await belfry.api("GET", "/executions/\(id)").body["status"]?.string == "invoked" ? true : nil
            }
            return (id, message["body"]?.string ?? "")
        }

        /// Sends what a service must drop, with signatures where they make it go further.
        private static func sendHostileMessages(
            to queue: String, _ moto: MotoServer, _ belfry: Installation
        ) async throws {
            let now = Int64(Date().timeIntervalSince1970)
            let bodies = ["no JSON", "null", "[]", "7", "{}", ExampleTests.unreachable("x")]
            for (index, body) in bodies.enumerated() {
                let id = "hostile-\(index)"
                let signature = try ExampleTests.signature(belfry, id: id, at: now, body)
                let attributes = ["webhook-id": id, "webhook-timestamp": "\(now)", "webhook-signature": signature]
                try await moto.send(queue, body: body, attributes: attributes)
            }
            try await moto.send(queue, body: String(repeating: "x", count: 100_000), attributes: [:])
            try await moto.send(queue, body: "{}", attributes: ["webhook-id": "x", "webhook-timestamp": "soon"])
        }

        private static func put(_ job: String, target: String, in belfry: Installation) async throws {
            let answer = try await belfry.put(
                job,
                [
                    "invocation_type": .string("sqs"), "invocation_target": .string(target),
                    "schedule": EndToEnd.never, "ttl_seconds": .integer(600),
                    "heartbeat_interval_seconds": .integer(300),
                ])
            #expect(answer.status == 201, "\(answer)")
        }

        private static func run(_ job: String, in belfry: Installation) async throws -> String {
            try await until("the API accepts the run of \(job)") {
                try await belfry.api("POST", "/services/test/jobs/\(job)/run").body["execution_id"]?.string
            }
        }

        private static func ended(_ id: String, in belfry: Installation) async throws -> JSONValue {
            try await until("execution \(id) has ended", withinSeconds: 90) {
                let answer = try await belfry.api("GET", "/executions/\(id)").body
                return ["success", "fail"].contains(answer["status"]?.string) ? answer : nil
            }
        }

        private static func untilEmpty(_ queue: String, _ moto: MotoServer) async throws {
            _ = try await until("the service has deleted all messages", withinSeconds: 90) {
                try await moto.count(queue) == 0 ? true : nil
            }
        }
    }
}
