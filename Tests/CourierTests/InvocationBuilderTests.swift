import JSON
import JobCore
import Messaging
import Signing
import Testing

@testable import Courier

@Suite struct `An invocation` {
    private let keys: SigningKeys
    private let builder: InvocationBuilder

    init() throws {
        keys = try Sample.keys()
        builder = InvocationBuilder(keys: keys, callbackBaseURL: "https://callbacks.example.com/base/")
    }

    private func invocation(
        afterSeconds: Int64 = 1, _ change: (inout DeliveryRequested) -> Void = { _ in }
    ) throws -> Invocation {
        try builder.invocation(for: Sample.request(change), now: Sample.occurrence.adding(seconds: afterSeconds))
    }

    @Test func `an invocation has the same webhook id on every attempt, so that a service can deduplicate`() throws {
        let ids = try (1...3).map { attempt in
            try invocation(afterSeconds: Int64(attempt) * 20) { $0.attempt = attempt }.headers["webhook-id"]
        }
        #expect(Set(ids) == [Sample.executionID.description])
    }

    @Test func `an invocation is signed over the bytes that are sent, with the time of its attempt`() throws {
        let invocation = try invocation(afterSeconds: 40)
        let timestamp = try #require(invocation.headers["webhook-timestamp"].flatMap { Int64($0) })
        #expect(timestamp == Sample.occurrence.secondsSinceEpoch + 40)
        let secret = WebhookSecret.derived(service: "my-serv", keys: keys)[0]
        let signature = WebhookSignature(secrets: [secret]).header(
            id: Sample.executionID.description, timestampSeconds: timestamp, body: invocation.body)
        #expect(invocation.headers["webhook-signature"] == signature)
    }

    @Test func `an invocation is signed with each secret that came with the request, the newest first`() throws {
        let secrets = [WebhookSecret.random(), .random()]
        let sealed = secrets.map { SealedSecret(sealing: $0, service: "my-serv", keys: keys).text }
        for isDerivedValid in [true, false] {
            for _ in 0..<2 {
                let invocation = try invocation {
                    $0.secrets = ServiceSecrets(sealed: sealed, isDerivedValid: isDerivedValid)
                }
                let derived = isDerivedValid ? WebhookSecret.derived(service: "my-serv", keys: keys) : []
                let signature = WebhookSignature(secrets: secrets + derived).header(
                    id: Sample.executionID.description, timestampSeconds: Sample.occurrence.secondsSinceEpoch + 1,
                    body: invocation.body)
                #expect(invocation.headers["webhook-signature"] == signature)
            }
        }
    }

    @Test func `there is no invocation with a secret that was sealed for another service`() throws {
        let sealed = SealedSecret(sealing: .random(), service: "other", keys: keys).text
        #expect(throws: SealedSecretError.forged("main")) {
            try invocation { $0.secrets = ServiceSecrets(sealed: [sealed], isDerivedValid: true) }
        }
    }

    @Test func `the trace context of an invocation has the execution as its trace and the attempt as its span`() throws
    {
        let spans = try (1...20).map { attempt in
            let value = try #require(try invocation { $0.attempt = attempt }.headers["traceparent"])
            let parts = try #require(value.wholeMatch(of: #/00-([0-9a-f]{32})-([0-9a-f]{16})-00/#))
            #expect(parts.1 == Sample.executionID.description.filter { $0 != "-" })
            return parts.2
        }
        #expect(Set(spans).count == spans.count && !spans.contains("0000000000000000"))
    }

    @Test func `an invocation has no character that SQS does not take, and is the same JSON`() throws {
        let payload = "a\u{FFFE}\\\u{FFFF}\u{FFFD}\u{0}\u{1F}ä\u{1FFFE}"
        let body = try invocation { $0.payload = payload }.body
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.contains(#"\ufffe"#) && text.contains(#"\\\uffff"#) && text.contains("\u{FFFD}"))
        #expect(text.unicodeScalars.allSatisfy(SQSMessageRules.isAllowed))
        guard case .object(let fields) = try JSONValue.parse(body) else { throw CancellationError() }
        #expect(fields["payload"] == .string(payload))
    }

    @Test func `an invocation is JSON and has the job's own headers`() throws {
        let invocation = try invocation()
        #expect(invocation.target == InvocationTarget(kind: .http, address: "https://example.com/hook"))
        #expect(invocation.headers["X-Own"] == "kept")
        #expect(invocation.headers.count == 5)
        #expect(invocation.hidden == ["kept"], "what the service echoes of them is not for the record")
    }

    @Test func `the callback URL of an invocation is valid for its execution alone, and longer than its ttl`() throws {
        guard case .object(let fields) = try JSONValue.parse(try invocation().body),
            case .string(let url) = fields["callback_url"]
        else {
            Issue.record("the body has no callback_url")
            return
        }
        let base = "https://callbacks.example.com/base/callback/"
        try #require(url.hasPrefix(base))
        let end = Sample.occurrence.adding(seconds: 119)
        let token = try CallbackToken(verifying: String(url.dropFirst(base.count)), keys: keys)
        #expect(token.executionID == Sample.executionID)
        #expect(token.expiresAt > end)
    }

    @Test(arguments: [(0, 15_000), (104, 15_000), (105, 14_000), (118, 1_000), (119, 1)] as [(Int64, Int64)])
    func `an invocation times out after its own time-out or the rest of the ttl, whichever is shorter`(
        after: Int64, timeout: Int64
    ) throws {
        #expect(try invocation(afterSeconds: after).timeoutMilliseconds == timeout)
    }
}
