import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// An installation of its own, whose requests to SQS go to a local server.
    @Suite struct QueueTests {
        @Test func `a job on SQS is read from the queue, answered through a queue, and is on record as a success`()
            async throws
        {
            try await MotoServer.with { moto in
                let jobs = try await moto.createQueue("jobs")
                let callbacks = try await moto.createQueue("callbacks")
                try await Self.withInstallation("sqs", moto, callbacks: callbacks) { belfry in
                    let fields: [String: JSONValue] = [
                        "invocation_type": .string("sqs"), "invocation_target": .string(jobs),
                        "schedule": EndToEnd.never,
                        "payload": .string("{\"a\": 1}"), "headers": .object(["x-own": .string("kept")]),
                    ]
                    let put = try await belfry.put("queued", fields)
                    #expect(put.status == 201)
                    let id = try await Self.run("queued", belfry)
                    let message = try await until("the message is in the queue") { try await moto.receive(jobs).first }
                    let attributes = message["attributes"]
                    #expect(attributes?["webhook-id"]?.string == id && attributes?["x-own"]?.string == "kept")
                    #expect(attributes?["x-belfry-callback-queue-url"]?.string == callbacks)
                    #expect(attributes?["webhook-signature"]?.string?.hasPrefix("v1,") == true)
                    let body = try JSONValue(parsing: Array((message["body"]?.string ?? "").utf8))
                    #expect(body["execution_id"]?.string == id && body["payload"]?.string == "{\"a\": 1}")

                    let token = try #require(attributes?["x-belfry-token"]?.string)
                    try await moto.send(callbacks, body: "no callback", attributes: ["x-belfry-token": token])
                    try await moto.send(
                        callbacks, body: #"{"status":"success","summary":"over SQS"}"#,
                        attributes: ["x-belfry-token": token])
                    let record = try await Self.ended(id, belfry)
                    #expect(record["status"]?.string == "success" && record["summary"]?.string == "over SQS")
                    _ = try await until("both messages are deleted") {
                        try await moto.count(callbacks) == 0 ? true : nil
                    }
                    #expect(try belfry.log("ingesterd.1").contains("dead letter"))
                    for program in ["courierd.1", "ingesterd.1"] {
                        #expect(!(try belfry.log(program).contains("the-secret")))
                    }
                }
            }
        }

        @Test func `ten callbacks of 1 MiB that come at once are dead letters, and hold up no other`() async throws {
            try await MotoServer.with { moto in
                let jobs = try await moto.createQueue("jobs")
                let callbacks = try await moto.createQueue("callbacks", hiddenSeconds: 5)
                try await Self.withInstallation("sqs-large", moto, callbacks: callbacks) { belfry in
                    let fields: [String: JSONValue] = [
                        "invocation_type": .string("sqs"), "invocation_target": .string(jobs),
                        "schedule": EndToEnd.never,
                    ]
                    #expect(try await belfry.put("large", fields).status == 201)
                    let id = try await Self.run("large", belfry)
                    let message = try await until("the message is in the queue") { try await moto.receive(jobs).first }
                    let token = try #require(message["attributes"]?["x-belfry-token"]?.string)
                    // While it is stopped they gather, so that it gets them in one answer. The request of the stopped
                    // one may still take a message, which is then hidden for a while.
                    belfry.killProgram("ingesterd.1")
                    try await moto.fill(callbacks, count: 10, bytes: 1_048_000, attributes: ["x-belfry-token": token])
                    try await moto.send(
                        callbacks, body: #"{"status":"success"}"#, attributes: ["x-belfry-token": token])
                    try await belfry.startProgram("ingesterd.1")
                    #expect(try await Self.ended(id, belfry)["status"]?.string == "success")
                    _ = try await until("all messages are deleted") {
                        try await moto.count(callbacks) == 0 ? true : nil
                    }
                    _ = try await until("the broker counts ten dead letters") {
                        let queues = try await belfry.controlBroker(["list_queues", "name", "messages"])
                        return queues.split(separator: "\n").contains("belfry.ingester.callbacks.dead\t10") ? true : nil
                    }
                    #expect(!(try belfry.log("ingesterd.1").contains("publish failed")))
                }
            }
        }

        @Test func `the mock reads a queue of SQS, and reports through the queue that the message names`() async throws
        {
            try await MotoServer.with { moto in
                let jobs = try await moto.createQueue("jobs")
                let callbacks = try await moto.createQueue("callbacks.fifo")
                try await Self.withInstallation("sqs-mock", moto, callbacks: callbacks) { belfry in
                    try await moto.send(jobs, body: "no invocation", attributes: ["x-belfry-token": "t"])
                    let mock = try await ExampleService.start(
                        "mock-sqs", for: belfry,
                        environment: belfry.settings
                            .merging(Self.credentials.merging(["BELFRY_SQS_ENDPOINT": moto.url]) { $1 }) { $1 },
                        command:
                            "'\(Project.bin)/belfry' mock --sqs-queue-url '\(jobs)' --callbacks sqs --heartbeats 1 "
                            + "--every-ms 50 --duplicates 1")
                    defer { mock.stop() }
                    let fields: [String: JSONValue] = [
                        "invocation_type": .string("sqs"), "invocation_target": .string(jobs),
                        "schedule": EndToEnd.never,
                    ]
                    #expect(try await belfry.put("mocked", fields).status == 201)
                    let id = try await Self.run("mocked", belfry)
                    let record = try await Self.ended(id, belfry)
                    #expect(
                        record["status"]?.string == "success" && record["progress"]?.integer == 50,
                        "\(record) \(mock.log)")
                    _ = try await until("all messages are deleted") {
                        try await moto.count(jobs) + moto.count(callbacks) == 0 ? true : nil
                    }
                    let lines = try await until("the mock has printed its four callbacks") {
                        let lines = mock.log.split(separator: "\n").filter { $0.contains(id) }
                        return lines.count { $0.contains(#""answer":"confirmed""#) } == 4 ? lines : nil
                    }
                    #expect(lines.count { $0.contains(#""event":"message""#) } == 1 && mock.log.contains("unreadable"))
                }
            }
        }

        private static let credentials = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret"]

        private static func withInstallation(
            _ name: String, _ moto: MotoServer, callbacks: String, _ body: (Installation) async throws -> Void
        ) async throws {
            let variables = ["BELFRY_SQS_ENDPOINT": moto.url, "BELFRY_SQS_CALLBACK_QUEUE_URL": callbacks]
            try await Installation.with(name, environment: credentials.merging(variables) { $1 }, body)
        }

        private static func run(_ job: String, _ belfry: Installation) async throws -> String {
            try await until("the API accepts the run") {
                try await belfry.api("POST", "/services/test/jobs/\(job)/run").body["execution_id"]?.string
            }
        }

        private static func ended(_ id: String, _ belfry: Installation) async throws -> JSONValue {
            try await until("the execution has ended") {
                let answer = try await belfry.api("GET", "/executions/\(id)").body
                return ["success", "fail"].contains(answer["status"]?.string) ? answer : nil
            }
        }
    }
}
