internal import JobCore
internal import Messaging
internal import Signing

/// A report with the execution it is about.
struct AddressedReport: Sendable {
    var executionID: ExecutionID
    var id: ReportID
    var report: Report
}

/// Turns messages of `ingester.reports` into reports.
struct ReportReader: Sendable {
    let keys: SigningKeys

    /// A week: nobody leaves a recorder down for longer.
    private static let longestWaitSeconds: Int64 = 604_800

    /// Why a message is no report.
    struct Refusal: Error {
        var reason: DeadLetterReason
        var error: String
    }

    func read(_ message: InboundMessage, now: Instant) throws(Refusal) -> AddressedReport {
        do {
            switch message.routingKey {
            case RoutingKey.deliveryAccepted:
                let body = try MessageCoder.decode(DeliveryReport.self, from: message.body)
                return addressed(body.executionID, message, .accepted(try Self.attempt(of: body)))
            case RoutingKey.deliveryDeferred:
                let body = try MessageCoder.decode(DeliveryReport.self, from: message.body)
                return addressed(
                    body.executionID, message, .deferred(body.attempt, nextAttemptAt: body.nextAttemptAt ?? now))
            case RoutingKey.deliveryRefused:
                let body = try MessageCoder.decode(DeliveryReport.self, from: message.body)
                return addressed(body.executionID, message, .refused(try Self.attempt(of: body)))
            case RoutingKey.executionExpired:
                let body = try MessageCoder.decode(ExecutionExpired.self, from: message.body)
                return addressed(body.executionID, message, .expired(body.expiry, noticedAt: body.noticedAt))
            case RoutingKey.executionCancelled:
                let body = try MessageCoder.decode(ExecutionCancelled.self, from: message.body)
                return addressed(body.executionID, message, .cancelled(at: body.cancelledAt))
            case RoutingKey.callbackReceived: return try readCallback(message, now: now)
            default: throw Refusal(reason: .unreadable, error: "no report has the routing key “\(message.routingKey)”")
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(reason: .unreadable, error: "\(error)")
        }
    }

    private static func attempt(of report: DeliveryReport) throws -> Attempt {
        guard let attempt = report.attempt else { throw UnreadableMessage("the report names no attempt") }
        return attempt
    }

    /// A callback, from the door or from a service itself: the token is checked here, whoever published it.
    private func readCallback(_ message: InboundMessage, now: Instant) throws -> AddressedReport {
        guard let text = message.headers[Header.token] else {
            throw Refusal(reason: .forbidden, error: "the header \(Header.token) is missing")
        }
        // When the service spoke is what counts, however long its message waited.
        let stamped = message.headers[Header.receivedAt].flatMap(Int64.init).map(Instant.init(millisecondsSinceEpoch:))
        let receivedAt = min(stamped ?? now, now)
        let token: CallbackToken
        do throws(CallbackToken.Refusal) {
            // A stamp may make up for a long wait in the queue, but not for more than that.
            let validAt = max(receivedAt, now.adding(seconds: -Self.longestWaitSeconds))
            token = try CallbackToken(verifying: text, keys: keys, now: validAt)
        } catch {
            throw Refusal(reason: .forbidden, error: error.rawValue)
        }
        let callback: Callback
        do throws(InvalidDocument) {
            callback = try CallbackDocument.parse(message.body)
        } catch {
            let faults = error.errors.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
            throw Refusal(reason: .unreadable, error: faults)
        }
        return addressed(token.executionID, message, .callback(callback, receivedAt: receivedAt))
    }

    private func addressed(_ execution: ExecutionID, _ message: InboundMessage, _ report: Report) -> AddressedReport {
        // A service that publishes its callback without an id has its text stand in for one.
        let id = message.id ?? String(decoding: message.body, as: UTF8.self)
        return AddressedReport(executionID: execution, id: ReportID(messageID: id), report: report)
    }
}
