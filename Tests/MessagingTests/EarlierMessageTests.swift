import JSON
import JobCore
import Messaging
import Testing
import Upgrades

/// An upgrade leaves the messages of the version before in the queues.
@Suite struct EarlierMessageTests {
    /// Reads a message as the stage does whose queue it is in.
    private static func read(_ message: FixtureMessage) throws -> any PipelineMessage {
        let inbound = message.inbound
        if inbound.isMark { return try DeliveryMark(reading: inbound) }
        switch WorkQueue(rawValue: message.queue) {
        case .tickerBaton: return try inbound.decoded(as: Baton.self)
        case .dispatcherDue, .dispatcherBulk: return try inbound.decoded(as: ScheduleDue.self)
        case .dispatcherRuns: return try inbound.decoded(as: RunRequested.self)
        case .dispatcherDeliveries: return try DeliveryDue(reading: inbound)
        case .dispatcherRedeliveries: return try inbound.decoded(as: RedeliveryRequested.self)
        case .courierDeliveries, .courierBulk: return try DeliveryRequested(reading: inbound)
        case .ingesterReports0, .ingesterReports1, .ingesterReports2, .ingesterReports3: return try report(inbound)
        case .deadletterRequests: return try DeadLettersRequested(reading: inbound)
        case .ingesterCallbacks, nil: throw UnreadableMessage("no message of a stage waits in \(message.queue)")
        }
    }

    private static func report(_ message: InboundMessage) throws -> any PipelineMessage {
        let kind = ReportKind.allCases.first { message.routingKey.dropLast(2) == $0.rawValue }
        switch try #require(kind) {
        case .deliveryAccepted: return try message.decoded(as: DeliveryAccepted.self)
        case .deliveryDeferred: return try message.decoded(as: DeliveryDeferred.self)
        case .deliveryRefused: return try message.decoded(as: DeliveryRefused.self)
        case .deliveryOverdue: return try message.decoded(as: DeliveryOverdue.self)
        case .callbackReceived: return try CallbackReceived(reading: message)
        case .executionExpired: return try message.decoded(as: ExecutionExpired.self)
        case .executionCancelled: return try message.decoded(as: ExecutionCancelled.self)
        case .signOfLife: return try message.decoded(as: SignOfLife.self)
        case .markTaken: return try message.decoded(as: MarkTaken.self)
        }
    }

    /// The messages that one stage wrote for another.
    private static func pipeline(_ fixture: Fixture) throws -> [FixtureMessage] {
        try (fixture.messages("messages.jsonl") + fixture.messages("more-messages.jsonl")).filter {
            WorkQueue(rawValue: $0.queue).map { $0 != .ingesterCallbacks } ?? false
        }
    }

    private static func fields(_ body: [UInt8]) throws -> [String: JSONValue] {
        guard !body.isEmpty, case .object(let fields) = try JSONValue(parsing: body) else { return [:] }
        return fields
    }

    @Test(arguments: Fixture.all)
    func `each message of an earlier version is read, and what was read has the same key, id and fields`(
        fixture: Fixture
    ) throws {
        for message in try Self.pipeline(fixture) {
            let inbound = message.inbound
            let again = OutboundMessage(try Self.read(message))
            #expect(again.routingKey == inbound.routingKey)
            #expect("belfry\(again.exchange.rawValue)" == inbound.exchange)
            // The id is the deduplication key: with another one the same message would be handled twice.
            #expect(again.id == inbound.id, "\(inbound.routingKey)")
            let written = try Self.fields(again.body)
            for (name, value) in try Self.fields(inbound.body) {
                #expect(written[name] == value, "\(name) of \(inbound.routingKey)")
            }
            for (name, value) in inbound.ownHeaders where name != Header.request {
                #expect(again.headers[name] == value, "\(name) of \(inbound.routingKey)")
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `the messages of an earlier version are of every kind and come from every work queue`(fixture: Fixture) throws
    {
        let messages = try fixture.messages("messages.jsonl") + fixture.messages("more-messages.jsonl")
        let queues = Set(messages.map(\.queue))
        #expect(WorkQueue.allCases.allSatisfy { queues.contains($0.rawValue) })
        let keys = Set(messages.map { $0.inbound.routingKey.replacing(/\.[0-3]$/, with: "") })
        #expect(Set(ReportKind.allCases.map(\.rawValue)).subtracting(keys).isEmpty)
        #expect(Set(DeliveryMark.Stop.allCases.map(RoutingKey.deliveryMark)).subtracting(keys).isEmpty)
        let reasons = Set(messages.compactMap { $0.inbound.headers[Header.deadReason] })
        #expect(Set(DeadLetterReason.allCases.map(\.rawValue)).subtracting(reasons).isEmpty)
    }

    @Test(arguments: Fixture.all)
    func `a callback that a service published before the upgrade is read`(fixture: Fixture) throws {
        let callbacks = try fixture.messages("messages.jsonl").filter {
            $0.queue == WorkQueue.ingesterCallbacks.rawValue
        }
        #expect(!callbacks.isEmpty)
        for callback in callbacks {
            #expect(callback.inbound.headers[Header.token] != nil)
            guard case .success = try CallbackDocument.parse(callback.inbound.body) else {
                Issue.record("no success: \(callback)")
                continue
            }
        }
    }
}
