import JobCore
import Messaging

/// Turns messages of one line of reports into reports.
struct ReportReader: Sendable {
    private let shard: ReportShard
    private let kinds: [String: ReportKind]

    init(shard: ReportShard) {
        self.shard = shard
        kinds = Dictionary(uniqueKeysWithValues: ReportKind.allCases.map { (RoutingKey.report($0, shard), $0) })
    }

    /// Throws `UnreadableMessage` with the field at fault.
    func read(_ message: InboundMessage) throws(UnreadableMessage) -> AddressedReport {
        guard let kind = kinds[message.routingKey] else {
            throw UnreadableMessage(
                "“\(message.routingKey)” is not the routing key of a report of line \(shard.index)")
        }
        switch kind {
        case .signOfLife: return .signOfLife(madeAt: try message.decoded(as: SignOfLife.self).madeAt)
        case .markTaken:
            let body = try message.decoded(as: MarkTaken.self)
            return .mark(madeAt: body.madeAt, takenAt: body.takenAt)
        case .deliveryAccepted, .deliveryDeferred, .deliveryRefused, .deliveryOverdue, .callbackReceived,
            .executionExpired, .executionCancelled:
            let (execution, report) = try Self.report(kind, message)
            let own = ReportShard(of: execution)
            guard own == shard else {
                throw UnreadableMessage(
                    "the execution \(execution) belongs to line \(own.index), not \(shard.index)")
            }
            return .execution(execution, Self.id(of: message), report)
        }
    }

    private static func report(
        _ kind: ReportKind, _ message: InboundMessage
    ) throws(UnreadableMessage) -> (ExecutionID, Report) {
        switch kind {
        case .deliveryAccepted:
            let body = try message.decoded(as: DeliveryAccepted.self)
            return (body.executionID, .accepted(body.attempt))
        case .deliveryDeferred:
            let body = try message.decoded(as: DeliveryDeferred.self)
            return (body.executionID, .deferred(body.attempt, nextAttemptAt: body.nextAttemptAt))
        case .deliveryRefused:
            let body = try message.decoded(as: DeliveryRefused.self)
            return (body.executionID, .refused(body.attempt))
        case .deliveryOverdue:
            let body = try message.decoded(as: DeliveryOverdue.self)
            return (body.executionID, .overdue(afterSeconds: body.afterSeconds, noticedAt: body.noticedAt))
        case .callbackReceived: return try callback(CallbackReceived(reading: message))
        case .executionExpired:
            let body = try message.decoded(as: ExecutionExpired.self)
            return (body.executionID, .expired(body.expiry, noticedAt: body.noticedAt))
        case .executionCancelled:
            let body = try message.decoded(as: ExecutionCancelled.self)
            return (body.executionID, .cancelled(at: body.cancelledAt))
        case .signOfLife, .markTaken: throw UnreadableMessage("it is about no execution")
        }
    }

    private static func callback(_ received: CallbackReceived) throws(UnreadableMessage) -> (ExecutionID, Report) {
        do throws(InvalidDocument) {
            let callback = try CallbackDocument.parse(received.body)
            return (received.executionID, .callback(callback, receivedAt: received.receivedAt))
        } catch {
            throw UnreadableMessage(error.summary)
        }
    }

    /// Without a message id the body is the deduplication key.
    private static func id(of message: InboundMessage) -> ReportID {
        ReportID(messageID: message.id ?? String(decoding: message.body, as: UTF8.self))
    }
}
