import HTTPClient
import JSON
public import JobCore

/// Sends, receives and deletes messages of SQS.
///
///     let sqs = SQSClient(name: "sqs", environment: environment, region: nil, time: SystemTime())
///     async let loop: Void = sqs.run()
///     let id = try await sqs.send(message, to: queue, timeoutMilliseconds: 15_000)
///
/// It has no address guard: a `SQSQueueURL` leads to AWS or to the operator's endpoint, and nowhere else.
public struct SQSClient: Sendable {
    private static let defaultRegion = "us-east-1"
    private static let contentType = "application/x-amz-json-1.0"
    private static let answerBytesMax = 65_536
    private static let pollSeconds: Int64 = 20
    private static let pollTimeoutMilliseconds = 30_000
    private static let deleteTimeoutMilliseconds = 5_000
    /// The most messages of one `ReceiveMessage`, and of one `DeleteMessageBatch`.
    static let batchMax = 10

    private let web: CurlClient
    private let cache: AWSCredentialsCache
    private let region: String
    private let time: any TimeSource

    /// - Parameters:
    ///   - name: The name of the client's thread.
    ///   - maxConnectionsPerHost: Further requests to the host wait.
    ///   - region: Of queues whose URL names none; by default that of the environment, else us-east-1.
    public init(
        name: String, maxConnectionsPerHost: Int, environment: AWSEnvironment, region: String?, time: any TimeSource
    ) {
        let web = CurlClient(
            name: name, addressGuard: nil, maxConnectionsPerHost: maxConnectionsPerHost, userAgent: "Belfry/1",
            secondsSinceEpoch: { time.now().secondsSinceEpoch })
        self.web = web
        self.time = time
        self.region = region ?? environment.region ?? Self.defaultRegion
        let chain = AWSCredentialsChain(environment: environment, fetch: { await web.send($0) })
        cache = AWSCredentialsCache(time: time) { () async throws(AWSCredentialsError) in
            try await chain.credentials()
        }
    }

    /// Keeps all connections, until it is cancelled.
    public func run() async {
        await web.run()
    }

    /// Sends a message and returns the id that SQS has given it, once SQS has it.
    public func send(
        _ message: SQSMessage, to queue: SQSQueueURL, timeoutMilliseconds: Int64
    ) async throws(SQSError) -> String {
        guard message.bytes <= SQSMessageRules.messageBytesMax else {
            throw SQSError(
                .refused,
                code: "the message has \(message.bytes) bytes, more than \(SQSMessageRules.messageBytesMax)")
        }
        let answer = try await call(
            "SendMessage", message.request(to: queue), queue, timeoutMilliseconds: timeoutMilliseconds)
        return try SQSAnswer.messageID(in: answer, sent: message.body)
    }

    /// Waits up to 20 s for messages, and returns at most `limit` of the ten that SQS gives at most, with these
    /// attributes. An answer may have no messages.
    func receive(
        from queue: SQSQueueURL, limit: Int, attributes: [String]
    ) async throws(SQSError) -> [SQSReceivedMessage] {
        let request: JSONValue = .object([
            "QueueUrl": .string(queue.text), "MaxNumberOfMessages": .integer(Int64(min(max(1, limit), Self.batchMax))),
            "WaitTimeSeconds": .integer(Self.pollSeconds),
            "MessageAttributeNames": .array(attributes.map { .string($0) }),
            "MessageSystemAttributeNames": .array([.string("ApproximateReceiveCount")]),
        ])
        let answer = try await call(
            "ReceiveMessage", request, queue, timeoutMilliseconds: Int64(Self.pollTimeoutMilliseconds),
            answerBytesMax: SQSAnswer.receivedLimits.bytesMax)
        return try SQSAnswer.messages(in: answer)
    }

    /// Deletes at most ten messages by their receipt handles. Returns the codes of those that SQS has not deleted.
    func delete(_ receiptHandles: [String], from queue: SQSQueueURL) async throws(SQSError) -> [String] {
        let entries = receiptHandles.enumerated().map { index, handle in
            JSONValue.object(["Id": .string(String(index)), "ReceiptHandle": .string(handle)])
        }
        let answer = try await call(
            "DeleteMessageBatch", .object(["QueueUrl": .string(queue.text), "Entries": .array(entries)]), queue,
            timeoutMilliseconds: Int64(Self.deleteTimeoutMilliseconds))
        return try SQSAnswer.codesOfNotDeleted(in: answer)
    }

    /// Makes one call. If SQS does not take the credentials, they are looked for again, and the call is made once more.
    private func call(
        _ action: String, _ body: JSONValue, _ queue: SQSQueueURL, timeoutMilliseconds: Int64,
        answerBytesMax: Int = answerBytesMax
    ) async throws(SQSError) -> [UInt8] {
        let endsAt = time.monotonicMilliseconds() + timeoutMilliseconds
        var request = ClientRequest(
            url: queue.requestURL,
            headers: [
                .init(name: "Content-Type", value: Self.contentType),
                .init(name: "X-Amz-Target", value: "AmazonSQS.\(action)"),
            ], body: Array(body.text.utf8), responseBodyBytesMax: answerBytesMax)
        var used = try await credentials(insteadOf: nil)
        var isLast = false
        while true {
            request.signature = AWSSignature(
                accessKeyID: used.accessKeyID, secretAccessKey: used.secretAccessKey, sessionToken: used.sessionToken,
                region: queue.region ?? region, service: "sqs")
            request.timeoutMilliseconds = Int(max(1, endsAt - time.monotonicMilliseconds()))
            do throws(SQSError) {
                return try SQSAnswer.body(of: await web.send(request))
            } catch {
                guard error.kind == .credentials, !isLast else { throw Self.cleaned(error, of: used) }
            }
            used = try await credentials(insteadOf: used)
            isLast = true
        }
    }

    /// The error without the credentials, which AWS may echo. Refused for the second time, they refuse the call.
    private static func cleaned(_ error: SQSError, of used: AWSCredentials) -> SQSError {
        let secrets = [used.accessKeyID, used.secretAccessKey, used.sessionToken].compactMap(\.self)
        return SQSError(
            error.kind == .credentials ? .refused : error.kind, code: error.code,
            detail: ForeignText.cleaned(ForeignText.hiding(secrets, in: error.detail)))
    }

    private func credentials(insteadOf used: AWSCredentials?) async throws(SQSError) -> AWSCredentials {
        do throws(AWSCredentialsError) {
            guard let used else { return try await cache.credentials() }
            return try await cache.credentials(insteadOf: used)
        } catch {
            throw SQSError(error)
        }
    }
}
