import JobCore
import Messaging
import Signing

/// Turns messages of `ingester.reports` into reports.
struct ReportReader: Sendable {
    let keys: SigningKeys

    /// A callback may wait in the queue this long before its token counts as expired: a week.
    private static let waitMaxSeconds: Int64 = 604_800

    /// Why a message is not a report; it becomes a dead letter.
    struct Refusal: Error {
        var reason: DeadLetterReason
        var error: String
    }

    func read(_ message: InboundMessage, now: Instant) throws(Refusal) -> AddressedReport {
        if message.routingKey == RoutingKey.callbackReceived { return try readCallback(message, now: now) }
        do throws(UnreadableMessage) {
            let (executionID, report) = try Self.report(in: message)
            return AddressedReport(executionID: executionID, id: Self.id(of: message), report: report)
        } catch {
            throw Refusal(reason: .unreadable, error: error.description)
        }
    }

    private static func report(in message: InboundMessage) throws(UnreadableMessage) -> (ExecutionID, Report) {
        switch message.routingKey {
        case RoutingKey.deliveryAccepted:
            let body = try message.decoded(as: DeliveryAccepted.self)
            return (body.executionID, .accepted(body.attempt))
        case RoutingKey.deliveryDeferred:
            let body = try message.decoded(as: DeliveryDeferred.self)
            return (body.executionID, .deferred(body.attempt, nextAttemptAt: body.nextAttemptAt))
        case RoutingKey.deliveryRefused:
            let body = try message.decoded(as: DeliveryRefused.self)
            return (body.executionID, .refused(body.attempt))
        case RoutingKey.executionExpired:
            let body = try message.decoded(as: ExecutionExpired.self)
            return (body.executionID, .expired(body.expiry, noticedAt: body.noticedAt))
        case RoutingKey.executionCancelled:
            let body = try message.decoded(as: ExecutionCancelled.self)
            return (body.executionID, .cancelled(at: body.cancelledAt))
        default: throw UnreadableMessage("“\(message.routingKey)” is not the routing key of a report")
        }
    }

    /// Without a message id (a service may publish so) the body is the deduplication key.
    private static func id(of message: InboundMessage) -> ReportID {
        ReportID(messageID: message.id ?? String(decoding: message.body, as: UTF8.self))
    }

    /// Reads a callback. Its token is checked here, since a service may have published the message itself.
    private func readCallback(_ message: InboundMessage, now: Instant) throws(Refusal) -> AddressedReport {
        let received: CallbackReceived
        let token: CallbackToken
        let callback: Callback
        do throws(UnreadableMessage) {
            received = try CallbackReceived(reading: message)
        } catch {
            throw Refusal(reason: .forbidden, error: error.description)
        }
        // The time of the callback counts, however long its message waited.
        let receivedAt = min(received.receivedAt ?? now, now)
        do throws(CallbackToken.Refusal) {
            let validAt = max(receivedAt, now.adding(seconds: -Self.waitMaxSeconds))
            token = try CallbackToken(verifying: received.token, keys: keys, now: validAt)
        } catch {
            throw Refusal(reason: .forbidden, error: error.rawValue)
        }
        do throws(InvalidDocument) {
            callback = try CallbackDocument.parse(received.body)
        } catch {
            let faults = error.errors.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
            throw Refusal(reason: .unreadable, error: faults)
        }
        return AddressedReport(
            executionID: token.executionID, id: Self.id(of: message),
            report: .callback(callback, receivedAt: receivedAt))
    }
}
