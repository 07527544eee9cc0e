import Foundation
import JSON
import Logging
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// `PUT …?verify=true` of jobs on queues, on the real programs, a service broker and a server of SQS.
    @Suite struct QueueVerificationTests {
        private func put(
            _ belfry: Installation, _ job: String, _ kind: String, _ target: String
        ) async throws -> Installation.Answer {
            try await belfry.put(
                "\(job)?verify=true",
                [
                    "invocation_type": .string(kind), "invocation_target": .string(target), "schedule": EndToEnd.never,
                    "timeout_seconds": .integer(15), "payload": .string("sample"),
                ])
        }

        /// The job was refused with this one error, and is not on record.
        private func expectRefusal(
            _ answer: Installation.Answer, _ status: Int, _ text: String, of job: String, _ belfry: Installation
        ) async throws {
            let errors = answer.body["errors"]?.array
            #expect(answer.status == status && errors?.count == 1, "\(job): \(answer.body)")
            #expect(errors?.first?["code"]?.string == (status == 422 ? "not_accepted" : "not_tested"))
            #expect(errors?.first?["message"]?.string?.hasSuffix(": \(text)") == true, "\(answer.body)")
            let id = try #require(answer.body["execution_id"]?.string)
            let record = try await belfry.api("GET", "/executions/\(id)").body
            #expect(record["reason"]?.string == "invocation" && record["trigger"]?.string == "test")
            #expect(try await belfry.api("GET", "/services/test/jobs/\(job)").status == 404)
        }

        /// The webhook in a queue says that it is a test.
        private func expectTest(_ body: [UInt8], of job: String, _ belfry: Installation) async throws {
            let body = try JSONValue(parsing: body)
            #expect(body["test"] == .bool(true) && body["payload"]?.string == "sample")
            #expect(body["job_name"]?.string == job)
            let id = try #require(body["execution_id"]?.string)
            let record = try await belfry.api("GET", "/executions/\(id)").body
            #expect(record["status"]?.string == "success" && record["trigger"]?.string == "test")
            #expect(try await belfry.api("GET", "/services/test/jobs/\(job)").status == 200)
        }

        private func restartCourier(_ belfry: Installation) async throws {
            belfry.killProgram("courierd.1")
            try await belfry.untilEnded("courierd.1")
            try await belfry.startProgram("courierd.1")
            try await belfry.untilReady("courierd.1")
        }

        @Test func `a job on a queue is stored once the queue has a test of it, and refused with one clear error`()
            async throws
        {
            let broker = try await PrivateBroker.start("verified-services")
            let credentials = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: credentials) }
            try "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = the-secret\n"
                .write(to: credentials, atomically: true, encoding: .utf8)
            do {
                try await MotoServer.with { moto in
                    try await Installation.with(
                        "queue-verification",
                        environment: [
                            "BELFRY_SERVICE_AMQP_URL": broker.url, "BELFRY_SQS_ENDPOINT": moto.url,
                            "AWS_SHARED_CREDENTIALS_FILE": credentials.path, "AWS_CONFIG_FILE": "/dev/null",
                            "AWS_EC2_METADATA_DISABLED": "true",
                        ]
                    ) { try await expectTests(broker, moto, credentials, $0) }
                }
            } catch {
                try? await broker.stop()
                throw error
            }
        }

        private func expectTests(
            _ broker: PrivateBroker, _ moto: MotoServer, _ credentials: URL, _ belfry: Installation
        ) async throws {
            let jobs = try await moto.createQueue("jobs")
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

            #expect(try await put(belfry, "orders", "rabbitmq", "queue:orders").status == 201)
            let message = try #require(try await queue.next(limit: 1).first)
            await queue.acknowledge([message.tag])
            try await expectTest(message.body, of: "orders", belfry)
            #expect(try await put(belfry, "queued", "sqs", jobs).status == 201)
            let received = try await until("the message is in the queue") { try await moto.receive(jobs).first }
            try await expectTest(Array((received["body"]?.string ?? "").utf8), of: "queued", belfry)

            for (job, kind, target, text) in [
                ("no-queue", "rabbitmq", "queue:nowhere", "unroutable: there is no queue “nowhere”"),
                ("no-exchange", "rabbitmq", "nowhere/x", "there is no exchange “nowhere”"),
                ("no-sqs", "sqs", jobs.replacing("/jobs", with: "/nowhere"), "SQS: QueueDoesNotExist"),
            ] {
                try await expectRefusal(try await put(belfry, job, kind, target), 422, text, of: job, belfry)
            }

            await moto.stop()
            try await expectRefusal(
                try await put(belfry, "sqs-is-down", "sqs", jobs), 503, "SQS: no connection could be made",
                of: "sqs-is-down", belfry)
            try FileManager.default.removeItem(at: credentials)
            try await restartCourier(belfry)
            try await expectRefusal(
                try await put(belfry, "no-credentials", "sqs", jobs), 503, "SQS: no AWS credentials",
                of: "no-credentials", belfry)

            try await broker.stop()
            try await expectRefusal(
                try await put(belfry, "no-broker", "rabbitmq", "queue:orders"), 503,
                "the service broker is unavailable", of: "no-broker", belfry)
        }
    }
}
