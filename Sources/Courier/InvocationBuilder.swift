import JobCore
import Messaging
public import Signing
import Synchronization

/// Builds the signed request of one attempt.
public final class InvocationBuilder: Sendable {
    private let keys: SigningKeys
    /// The start of each `callback_url`, without a slash at its end.
    public let callbackBaseURL: String
    /// To derive a secret or to open one costs more than to sign with it.
    private let signatures = Mutex<[SignatureKey: WebhookSignature]>([:])

    private struct SignatureKey: Hashable {
        var service: String
        var secrets: ServiceSecrets
    }

    /// The token stays valid for a week after the run's ttl, since callbacks may extend the ttl. The recorder decides
    /// whether a late callback counts.
    private static let tokenGraceSeconds: Int64 = 604_800

    /// `callbackBaseURL` is the start of each `callback_url`, such as `http://127.0.0.1:8081`.
    public init(keys: SigningKeys, callbackBaseURL: String) {
        self.keys = keys
        self.callbackBaseURL = callbackBaseURL.hasSuffix("/") ? String(callbackBaseURL.dropLast()) : callbackBaseURL
    }

    /// Throws `SealedSecretError` if a secret of the service can't be opened.
    func invocation(for request: DeliveryRequested, now: Instant) throws -> Invocation {
        let token = CallbackToken(
            executionID: request.executionID,
            expiresAt: now.adding(seconds: request.ttlSeconds + Self.tokenGraceSeconds)
        ).signed(with: keys)
        let body = Self.escaped(
            try MessageCoder.encode(
                WebhookBody(request: request, callbackURL: "\(callbackBaseURL)/callback/\(token)", now: now)))
        let id = request.executionID.description
        let timestamp = now.secondsSinceEpoch
        let signature = try signature(of: request)
        var headers = request.headers
        headers["webhook-id"] = id
        headers["webhook-timestamp"] = String(timestamp)
        headers["webhook-signature"] = signature.header(id: id, timestampSeconds: timestamp, body: body)
        headers["traceparent"] = Self.traceParent(executionID: id, attempt: request.attempt)
        return Invocation(
            target: request.target, jobName: request.jobName, executionID: request.executionID, begunAt: now,
            token: token, headers: headers, body: body,
            timeoutMilliseconds: min(
                request.timeoutSeconds * 1_000, max(1, request.deadline.milliseconds(since: now))),
            ttlSeconds: request.ttlSeconds, hidden: request.headers.values.sorted())
    }

    private func signature(of request: DeliveryRequested) throws -> WebhookSignature {
        let key = SignatureKey(service: request.jobName.service, secrets: request.secrets)
        return try signatures.withLock { signatures in
            if let known = signatures[key] { return known }
            // Services are few, and so are their rotations. If not, clearing the cache bounds its memory.
            if signatures.count >= 10_000 { signatures.removeAll() }
            let signature = try WebhookSignature(service: key.service, secrets: key.secrets, keys: keys)
            signatures[key] = signature
            return signature
        }
    }

    /// JSON with U+FFFE and U+FFFF escaped, which SQS does not take. They can only be in strings, and no backslash
    /// before them escapes them. All types of targets get the same bytes, and the signature is over these.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        let begin: UInt8 = 0xEF
        guard json.contains(begin) else { return json }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(json.count + 16)
        var index = 0
        while index < json.count {
            if json[index] == begin, index + 2 < json.count, json[index + 1] == 0xBF, json[index + 2] >= 0xBE {
                escaped += Array(json[index + 2] == 0xBE ? #"\ufffe"#.utf8 : #"\uffff"#.utf8)
                index += 3
            } else {
                escaped.append(json[index])
                index += 1
            }
        }
        return escaped
    }

    /// W3C Trace Context: the trace is the execution, the span is the attempt. Not sampled, since Belfry collects no
    /// spans.
    private static func traceParent(executionID: String, attempt: Int) -> String {
        let trace = String(decoding: executionID.utf8.lazy.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
        let span = String(UInt64(bitPattern: ReportID(messageID: "\(executionID)/\(attempt)").rawValue) | 1, radix: 16)
        return "00-\(trace)-\(String(repeating: "0", count: 16 - span.count))\(span)-00"
    }
}
