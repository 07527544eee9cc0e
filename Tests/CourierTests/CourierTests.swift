import Determinism
import JobCore
import Logging
import Messaging
import MessagingTesting
import Synchronization
import Testing

@testable import Courier

/// Answers as it is told and remembers what it was asked.
private final class Scripted: Invoker {
    let outcome: InvocationOutcome
    let asked = Mutex<[Invocation]>([])

    init(_ outcome: InvocationOutcome) {
        self.outcome = outcome
    }

    func invoke(_ invocation: Invocation) async -> InvocationOutcome {
        asked.withLock { $0.append(invocation) }
        return outcome
    }
}

@Suite struct `The courier` {
    private let time = HandTime(Sample.occurrence.adding(seconds: 1))

    private func deliver(
        _ outcome: AttemptResult, error: String? = nil, _ change: (inout DeliveryRequested) -> Void = { _ in }
    ) async throws -> (said: [OutboundMessage], asked: [Invocation]) {
        let invoker = Scripted(InvocationOutcome(result: outcome, latencyMilliseconds: 42, error: error))
        let said = try await courier(invoker).deliverOnce(try Sample.message(Sample.request(change)))
        return (said, invoker.asked.withLock { $0 })
    }

    private func courier(_ invoker: Scripted) throws -> Courier {
        Courier(
            broker: MemoryBroker(), invoker: invoker,
            builder: InvocationBuilder(keys: try Sample.keys(), callbackBaseURL: "http://door"), prefetch: 10,
            time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let ends: [(AttemptResult, [String])] = [
        (.answered(statusCode: 202, retryAfterSeconds: nil), [RoutingKey.deliveryAccepted]),
        (.answered(statusCode: 404, retryAfterSeconds: nil), [RoutingKey.deliveryRefused]),
        (.answered(statusCode: 302, retryAfterSeconds: nil), [RoutingKey.deliveryRefused]),
        (.forbidden, [RoutingKey.deliveryRefused]),
        (.answered(statusCode: 503, retryAfterSeconds: nil), ["courier.retry.5", RoutingKey.deliveryDeferred]),
        (.answered(statusCode: 429, retryAfterSeconds: 20), ["courier.retry.30", RoutingKey.deliveryDeferred]),
        (.unreachable, ["courier.retry.5", RoutingKey.deliveryDeferred]),
    ]

    @Test(arguments: ends)
    func `says what became of an attempt`(result: AttemptResult, keys: [String]) async throws {
        let (said, asked) = try await deliver(result)
        #expect(asked.count == 1)
        #expect(said.map(\.routingKey) == keys)
    }

    @Test func `puts status, latency and the answer on record`() async throws {
        let said = try await deliver(.answered(statusCode: 400, retryAfterSeconds: nil), error: "no such hook").said
        let report = try MessageCoder.decode(DeliveryReport.self, from: try #require(said.first).body)
        let attempt = Attempt(
            number: 1, at: Sample.occurrence.adding(seconds: 1), statusCode: 400, latencyMilliseconds: 42,
            error: "no such hook")
        #expect(report.attempt == attempt)
    }

    @Test func `gives up after the last attempt`() async throws {
        let said = try await deliver(.unreachable) { $0.attempt = 3 }.said
        #expect(said.map(\.routingKey) == [RoutingKey.deliveryRefused])
    }

    @Test func `tries nothing once the run's ttl has passed`() async throws {
        time.setWallClock(Sample.occurrence.adding(seconds: 119))
        let (said, asked) = try await deliver(.unreachable)
        #expect(said.isEmpty && asked.isEmpty)
    }

    @Test func `parks what can't be read`() async throws {
        let invoker = Scripted(InvocationOutcome(result: .unreachable, latencyMilliseconds: 0))
        var message = try Sample.message(Sample.request())
        message.body = Array("{}".utf8)
        let said = try await courier(invoker).deliverOnce(message)
        #expect(said.map(\.exchange) == [.dead] && said.map(\.routingKey) == ["courier.deliveries"])
        #expect(said.first?.headers[Header.deadReason] == "unreadable")
        #expect(invoker.asked.withLock { $0.isEmpty })
    }
}
