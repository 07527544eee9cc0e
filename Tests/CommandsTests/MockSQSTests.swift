import Crypto
import Hummingbird
import JSON
import Synchronization
import TestServers
import Testing

/// The real program, with a queue on SQS that takes a callback at the third try.
@Suite final class `belfry mock, calling back over SQS`: Sendable {
    private struct State {
        var hasGivenMessage = false
        var credentialsAsked = 0
        /// The deduplication id of each try to send the callback.
        var tries: [String] = []
    }

    private let state = Mutex(State())

    @Test func `tries again with the same id, also while there are no credentials for a moment`() async throws {
        let server = try await url()
        let queue = "\(server)/123456789012"
        let finished = try await Program.run(
            "/bin/bash",
            [
                "-c",
                """
                coproc mock {
                    exec "$belfry" mock --sqs-queue-url \(queue)/jobs --callbacks sqs --heartbeats 0 --every-ms 0
                }
                trap "kill $mock_PID" EXIT
                timeout 120 grep --max-count 1 '"event":"callback"' <&"${mock[0]}"
                """,
            ],
            environment: [
                "belfry": "\(Project.bin)/belfry", "BELFRY_SQS_ENDPOINT": server, "HOME": "/nonexistent",
                "BELFRY_SQS_CALLBACK_QUEUE_URL": "\(queue)/callbacks.fifo", "AWS_ACCESS_KEY_ID": "",
                "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server)/credentials",
            ])
        #expect(finished.output.contains(#""answer":"confirmed""#), "\(finished)")
        let tries = state.withLock(\.tries)
        // A busy machine may add tries that are answered late.
        #expect(tries.count >= 3 && Set(tries).count == 1 && tries.first?.isEmpty == false, "\(tries)")
        #expect(state.withLock(\.credentialsAsked) >= 2)
    }

    /// Starts the server, which runs until the test process ends.
    private func url() async throws -> String {
        let router = Router()
        router.get("credentials") { [self] _, _ in credentials() }
        router.post("/") { [self] request, _ in
            let body = try JSONValue(parsing: Array(try await request.body.collect(upTo: 1 << 20).readableBytesView))
            let target = request.headers.first { $0.name.canonicalName == "x-amz-target" }?.value
            switch target {
            case "AmazonSQS.ReceiveMessage": return message()
            case "AmazonSQS.SendMessage": return sent(body)
            default: return Self.answer(.ok, "{}")
            }
        }
        return await withCheckedContinuation { continuation in
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { continuation.resume(returning: "http://127.0.0.1:\($0.localAddress?.port ?? 0)") })
            Task { _ = try? await application.run() }
        }
    }

    /// The second request, which is the first for a callback, finds no credentials.
    private func credentials() -> Response {
        let asked = state.withLock { state in
            state.credentialsAsked += 1
            return state.credentialsAsked
        }
        guard asked != 2 else { return Self.answer(.notFound, "") }
        return Self.answer(
            .ok,
            #"{"AccessKeyId":"AKID\#(asked)","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#)
    }

    private func message() -> Response {
        let isFirst = state.withLock { state in
            defer { state.hasGivenMessage = true }
            return !state.hasGivenMessage
        }
        let body =
            #"{"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"{}","#
            + #""MD5OfBody":"99914b932bd37a50b983c5e7c90ae93b"}]}"#
        return Self.answer(.ok, isFirst ? body : "{}")
    }

    /// The first try is not answered, the second is refused because of its credentials.
    private func sent(_ message: JSONValue) -> Response {
        let tries = state.withLock { state in
            state.tries.append(message["MessageDeduplicationId"]?.string ?? "")
            return state.tries.count
        }
        switch tries {
        case 1: return Self.answer(.internalServerError, "")
        case 2: return Self.answer(.forbidden, #"{"__type":"ExpiredToken"}"#)
        default:
            let digest = Insecure.MD5.hash(data: Array((message["MessageBody"]?.string ?? "").utf8))
            let md5 = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return Self.answer(.ok, #"{"MessageId":"m","MD5OfMessageBody":"\#(md5)"}"#)
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
