import Foundation
import JobCore
import Messaging
import Signing
import Testing

@testable import Ingester

@Suite struct `A message of ingester.reports` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let id = ExecutionID.random()

    private let keys: SigningKeys
    private let reader: ReportReader

    init() throws {
        keys = try Self.keys("main")
        reader = ReportReader(keys: keys)
    }

    private static func keys(_ name: String) throws -> SigningKeys {
        try SigningKeys(parsing: name + ":" + Data(String(repeating: name, count: 8).utf8).base64EncodedString())
    }

    private static func message(
        _ key: String, _ body: [UInt8], headers: [String: String] = [:], id: String? = "m"
    ) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: key, headers: headers, id: id,
            body: body)
    }

    private func callback(
        _ text: String = #"{"status": "success"}"#, token: String? = nil, expiresAfter: Int64 = 100,
        receivedAt: String? = nil, id: String? = "m"
    ) -> InboundMessage {
        let good = CallbackToken(executionID: Self.id, expiresAt: Self.now.adding(seconds: expiresAfter))
        var headers = [Header.token: token ?? good.signed(with: keys)]
        headers[Header.receivedAt] = receivedAt
        return Self.message(RoutingKey.callbackReceived, Array(text.utf8), headers: headers, id: id)
    }

    private func refusal(of message: InboundMessage) -> DeadLetterReason? {
        #expect(throws: ReportReader.Refusal.self) { try reader.read(message, now: Self.now) }?.reason
    }

    private static let attempt = Attempt(number: 2, at: now, statusCode: 503, latencyMilliseconds: 7, error: "busy")

    private static let nextAttemptAt = now.adding(seconds: 30)

    private static let reports: [(any PipelineMessage, Report)] = [
        (DeliveryAccepted(executionID: id, attempt: attempt), .accepted(attempt)),
        (
            DeliveryDeferred(executionID: id, cause: .failed(attempt), nextAttemptAt: nextAttemptAt),
            .deferred(attempt, nextAttemptAt: nextAttemptAt)
        ),
        (
            DeliveryDeferred(executionID: id, cause: .busy(attempt: 1, count: 2), nextAttemptAt: nextAttemptAt),
            .deferred(nil, nextAttemptAt: nextAttemptAt)
        ),
        (DeliveryRefused(executionID: id, attempt: attempt), .refused(attempt)),
        (ExecutionExpired(executionID: id, expiry: .ttl, noticedAt: now), .expired(.ttl, noticedAt: now)),
        (ExecutionCancelled(executionID: id, cancelledAt: now), .cancelled(at: now)),
    ]

    @Test(arguments: reports.indices) func `a message of a stage is read as a report about its execution`(index: Int)
        throws
    {
        let (message, report) = Self.reports[index]
        let read = try reader.read(
            Self.message(message.routingKey, message.body, id: message.messageID), now: Self.now)
        #expect(read.executionID == Self.id && read.report == report)
        #expect(read.id == ReportID(messageID: message.messageID ?? ""))
    }

    @Test(arguments: WorkQueue.ingesterReports.routingKeys) func `a report with a wrong body is unreadable`(
        key: String
    ) throws {
        let headers = callback().headers
        for body in ["", "{}", "[]", "null", #"{"execution_id": 7}"#] {
            #expect(refusal(of: Self.message(key, Array(body.utf8), headers: headers)) == .unreadable)
        }
    }

    @Test(arguments: ["schedule.due", "", "callback.received.x"])
    func `a message with another routing key than a report's is unreadable`(key: String) {
        #expect(refusal(of: Self.message(key, Array("{}".utf8))) == .unreadable)
    }

    @Test func `a callback counts for the execution of its token, and for no other`() throws {
        let read = try reader.read(callback(), now: Self.now)
        #expect(read.executionID == Self.id)
        #expect(read.report == .callback(.success(Outcome()), receivedAt: Self.now))
    }

    @Test func `a callback with a forged token, a foreign token or no token is forbidden`() throws {
        let foreign = CallbackToken(executionID: Self.id, expiresAt: Self.now.adding(seconds: 100))
            .signed(with: try Self.keys("other"))
        #expect(refusal(of: callback(token: foreign)) == .forbidden)
        #expect(refusal(of: callback(token: "")) == .forbidden)
        #expect(refusal(of: callback(token: "v1.main.x.y")) == .forbidden)
        var without = callback()
        without.headers = [:]
        #expect(refusal(of: without) == .forbidden)
    }

    @Test func `a callback with an expired token is forbidden`() {
        #expect(refusal(of: callback(expiresAfter: 0)) == .forbidden)
    }

    @Test func `a callback counts from when the callback endpoint received it, even if its message waited for long`()
        throws
    {
        let early = Self.now.adding(seconds: -900)
        let message = callback(expiresAfter: -1, receivedAt: String(early.millisecondsSinceEpoch))
        #expect(try reader.read(message, now: Self.now).report == .callback(.success(Outcome()), receivedAt: early))
    }

    @Test(arguments: [1, 900_000, Int64.max - 1_800_000_000_000])
    func `a callback with a time in the future counts as received now`(milliseconds: Int64) throws {
        let stamp = String(Self.now.millisecondsSinceEpoch + milliseconds)
        let read = try reader.read(callback(receivedAt: stamp), now: Self.now)
        #expect(read.report == .callback(.success(Outcome()), receivedAt: Self.now))
    }

    @Test(arguments: ["", "soon", "1e3", "99999999999999999999"])
    func `a callback with an unreadable time counts as received now`(stamp: String) throws {
        let read = try reader.read(callback(receivedAt: stamp), now: Self.now)
        #expect(read.report == .callback(.success(Outcome()), receivedAt: Self.now))
    }

    @Test func `a callback without a message id is deduplicated by its body`() throws {
        let once = try reader.read(callback(id: nil), now: Self.now)
        let again = try reader.read(callback(id: nil), now: Self.now)
        let other = try reader.read(callback(#"{"status": "fail"}"#, id: nil), now: Self.now)
        #expect(once.id == again.id && once.id != other.id)
    }

    @Test func `the error about an invalid callback names each wrong field`() {
        let error = #expect(throws: ReportReader.Refusal.self) {
            try reader.read(callback(#"{"status": "processing", "progress": 101, "colour": 1}"#), now: Self.now)
        }
        #expect(error?.reason == .unreadable)
        #expect(error?.error.contains("/progress") == true && error?.error.contains("/colour") == true)
    }
}
