import Foundation
import HTTPClient
import JSON
import JobCore
import Logging
import Messaging
import TestServers
import Testing

@testable import SQS

@Suite(.timeLimit(.minutes(3))) struct `A client of SQS` {
    private static let job = JobName(service: "billing", job: "invoices")
    private static let execution = ExecutionID(namespace: UUID(), name: "1")

    private static func message(
        _ queue: SQSQueueURL, body: String = "{\"a\":\"ä\"}", attributes: [String: String] = ["webhook-id": "e-1"]
    ) -> SQSMessage {
        SQSMessage(
            body: Array(body.utf8), attributes: attributes, queue: queue, jobName: job, executionID: execution)
    }

    private static func send(_ server: ScriptedServer, _ variables: [String: String] = [:]) async throws -> SQSError? {
        let queue = try SQSQueueURL("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", endpoint: server.url)
        var failure: SQSError?
        try await withSQSClient(variables) { client in
            do throws(SQSError) {
                _ = try await client.send(message(queue), to: queue, timeoutMilliseconds: 60_000)
            } catch {
                failure = error
            }
        }
        return failure
    }

    @Test func `sends to a standard and to a FIFO queue what boto3 then reads`() async throws {
        let moto = try await MotoServer.start()
        for name in ["jobs", "jobs.fifo"] {
            let url = try await moto.createQueue(name)
            let queue = try SQSQueueURL(url, endpoint: moto.url)
            try await withSQSClient { client in
                let id = try await client.send(Self.message(queue), to: queue, timeoutMilliseconds: 60_000)
                let read = try #require(try await moto.receive(url).first)
                #expect(read["id"]?.string == id && read["body"]?.string == "{\"a\":\"ä\"}")
                #expect(read["attributes"]?["webhook-id"]?.string == "e-1")
                #expect(read["group"]?.string == (queue.isFIFO ? "billing/invoices" : nil))
                #expect(read["deduplication"]?.string == (queue.isFIFO ? Self.execution.description : nil))
            }
        }
        let missing = try SQSQueueURL("\(moto.url)/123456789012/missing", endpoint: moto.url)
        try await withSQSClient { client in
            let error = await #expect(throws: SQSError.self) {
                try await client.send(Self.message(missing), to: missing, timeoutMilliseconds: 60_000)
            }
            #expect(error?.kind == .refused && error?.code == "QueueDoesNotExist")
        }
        await moto.stop()
    }

    @Test func `receives with the token, and deletes what is acked`() async throws {
        let moto = try await MotoServer.start()
        let url = try await moto.createQueue("callbacks")
        let queue = try SQSQueueURL(url, endpoint: moto.url)
        try await moto.send(url, body: "{}", attributes: ["x-belfry-token": "v1.a.b"])
        try await withSQSClient { client in
            let subscription = SQSSubscription(
                client: client, queue: queue, exchange: "belfry.callbacks", attributes: [Header.token],
                time: SystemTime(),
                logger: Logger(label: "test"))
            let batch = try await subscription.next(limit: 500)
            #expect(batch.map(\.body) == [Array("{}".utf8)])
            #expect(batch.first?.headers == ["x-belfry-token": "v1.a.b"] && batch.first?.isRedelivered == false)
            #expect(try await moto.count(url) == 1)
            await subscription.acknowledge(batch.map(\.tag))
            #expect(try await moto.count(url) == 0)
        }
        await moto.stop()
    }

    @Test func `signs for the region of the queue's URL, else for that of the environment`() async throws {
        let throttled = ScriptedServer.Answer(status: 400, body: #"{"__type":"ThrottlingException"}"#)
        try await ScriptedServer.with([throttled]) { server in
            #expect(try await Self.send(server)?.kind == .busy)
            let queue = try SQSQueueURL("\(server.url)/123456789012/jobs", endpoint: server.url)
            try await withSQSClient(["AWS_DEFAULT_REGION": "ap-south-1"]) { client in
                _ = try? await client.send(Self.message(queue), to: queue, timeoutMilliseconds: 60_000)
            }
            let scopes = server.requests.map(\.authorization)
            #expect(scopes.first?.contains("/eu-west-1/sqs/") == true)
            #expect(scopes.last?.contains("/ap-south-1/sqs/") == true && scopes.count == 2)
        }
    }

    @Test func `tries once more with other credentials when AWS does not take these, and then gives up`() async throws {
        let expired = ScriptedServer.Answer(
            status: 403, body: #"{"__type":"ExpiredTokenException","message":"AKIDEXAMPLE the-secret is over"}"#)
        try await ScriptedServer.with([expired]) { server in
            let error = try await Self.send(server)
            #expect(error?.kind == .refused && error?.code == "ExpiredTokenException")
            #expect(error?.detail == "*** *** is over", "no credentials in the log")
            #expect(server.requests.count == 2)
        }
    }

    @Test func `leaves it to the caller to try again after a failure of SQS`() async throws {
        let failed = ScriptedServer.Answer(status: 503, body: "")
        let damaged = ScriptedServer.Answer(status: 200, body: #"{"MessageId":"m","MD5OfMessageBody":"0"}"#)
        try await ScriptedServer.with([failed, damaged]) { server in
            let first = try await Self.send(server)
            let second = try await Self.send(server)
            #expect(first == SQSError(.unavailable, code: "status 503") && second?.kind == .unavailable)
            #expect(server.requests.count == 2)
        }
    }

    @Test func `sends nothing without credentials, and nothing that is too large`() async throws {
        try await ScriptedServer.with([.init(status: 500, body: "")]) { server in
            let nothing = [
                "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent",
                "AWS_EC2_METADATA_DISABLED": "true",
            ]
            let error = try await Self.send(server, nothing)
            #expect(error?.kind == .credentials && error?.code == "no AWS credentials")
            let queue = try SQSQueueURL("\(server.url)/123456789012/jobs", endpoint: server.url)
            let large = Self.message(
                queue, body: String(repeating: "a", count: SQSMessageRules.messageBytesMax - 9),
                attributes: ["a": "bcd"])
            try await withSQSClient { client in
                let error = await #expect(throws: SQSError.self) {
                    try await client.send(large, to: queue, timeoutMilliseconds: 60_000)
                }
                #expect(error?.code == "the message has 262145 bytes, more than 262144")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `groups the messages of a job by its name, or by a digest of a name that is too long`() {
        #expect(SQSMessage.group(of: Self.job) == "billing/invoices")
        let long = JobName(service: String(repeating: "s", count: 100), job: String(repeating: "j", count: 28))
        let group = SQSMessage.group(of: long)
        #expect(group.utf8.count == 64 && group.allSatisfy(\.isHexDigit))
    }
}
