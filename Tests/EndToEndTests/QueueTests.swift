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
            let moto = try await MotoServer.start()
            let jobs = try await moto.createQueue("jobs")
            let callbacks = try await moto.createQueue("callbacks")
            let belfry = try await Installation.start(
                "sqs",
                environment: [
                    "BELFRY_SQS_ENDPOINT": moto.url, "BELFRY_SQS_CALLBACK_QUEUE_URL": callbacks,
                    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret",
                ])
            let fields: [String: JSONValue] = [
                "invocation_type": .string("sqs"), "invocation_target": .string(jobs), "schedule": EndToEnd.never,
                "payload": .string("{\"a\": 1}"), "headers": .object(["x-own": .string("kept")]),
            ]
            let put = try await belfry.put("queued", fields)
            #expect(put.status == 201)
            let id = try await until("the API accepts the run") {
                try await belfry.api("POST", "/services/test/jobs/queued/run").body["execution_id"]?.string
            }
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
                callbacks, body: #"{"status":"success","summary":"over SQS"}"#, attributes: ["x-belfry-token": token])
            let record = try await until("the execution has ended", withinSeconds: 60) {
                let answer = try await belfry.api("GET", "/executions/\(id)").body
                return ["success", "fail"].contains(answer["status"]?.string) ? answer : nil
            }
            #expect(record["status"]?.string == "success" && record["summary"]?.string == "over SQS")
            _ = try await until("both messages are deleted") { try await moto.count(callbacks) == 0 ? true : nil }
            #expect(try belfry.log("ingesterd.1").contains("dead letter"))
            for program in ["courierd.1", "ingesterd.1"] {
                #expect(!(try belfry.log(program).contains("the-secret")))
            }
            try await belfry.stop()
            await moto.stop()
        }
    }
}
