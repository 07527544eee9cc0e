import JobCore
import Messaging

/// Turns messages of one line of reports into reports.
struct ReportReader: Sendable {
    private let line: ReportLine
    private let kinds: [String: ReportKind]

    init(line: ReportLine) {
        self.line = line
        kinds = Dictionary(uniqueKeysWithValues: ReportKind.allCases.map { (RoutingKey.report($0, line), $0) })
    }

    /// Reads the messages of a batch until there are `countMax` reports or more. What cannot be read is a dead letter.
    func read(_ batch: [InboundMessage], countMax: Int) -> ReadReports {
        var read = ReadReports()
        for (index, message) in batch.enumerated() where read.reports.count < countMax {
            read.messageCount = index + 1
            do throws(UnreadableMessage) {
                let reports = try message.reports
                for report in reports {
                    let place = ReadReports.Place(index: index, part: reports.count > 1 ? report : nil)
                    do throws(UnreadableMessage) {
                        read.reports.append(try self.read(report))
                        read.places.append(place)
                    } catch {
                        read.dead.append(place.deadLetter(.unreadable, error.description))
                    }
                }
            } catch {
                read.dead.append(.init(index: index, reason: .unreadable, error: error.description))
            }
        }
        return read
    }

    /// Reads a message of one report. Throws `UnreadableMessage` with the field at fault.
    func read(_ message: InboundMessage) throws(UnreadableMessage) -> AddressedReport {
        guard let kind = kinds[message.routingKey] else {
            throw UnreadableMessage(
                "“\(message.routingKey)” is not the routing key of a report of line \(line.index), or it is that of a "
                    + "batch which may not hold a report of this kind")
        }
        let report = try Self.report(kind, message)
        if case .execution(let execution, _, _) = report {
            let own = ReportLine(of: execution)
            guard own == line else {
                throw UnreadableMessage(
                    "the execution \(execution) belongs to line \(own.index), not \(line.index)")
            }
        }
        return report
    }

    private static func report(
        _ kind: ReportKind, _ message: InboundMessage
    ) throws(UnreadableMessage) -> AddressedReport {
        let id = id(of: message)
        switch kind {
        case .deliveryAccepted:
            let body = try message.decoded(as: DeliveryAccepted.self)
            return .execution(body.executionID, id, .accepted(body.attempt))
        case .deliveryDeferred:
            let body = try message.decoded(as: DeliveryDeferred.self)
            return .execution(body.executionID, id, .deferred(body.cause, nextAttemptAt: body.nextAttemptAt))
        case .deliveryRefused:
            let body = try message.decoded(as: DeliveryRefused.self)
            return .execution(body.executionID, id, .refused(body.attempt))
        case .deliveryOverdue:
            let body = try message.decoded(as: DeliveryOverdue.self)
            return .execution(
                body.executionID, id, .overdue(afterSeconds: body.afterSeconds, noticedAt: body.noticedAt))
        case .callbackReceived:
            let received = try CallbackReceived(reading: message)
            return .execution(
                received.executionID, id, .callback(try callback(received), receivedAt: received.receivedAt))
        case .executionExpired:
            let body = try message.decoded(as: ExecutionExpired.self)
            return .execution(body.executionID, id, .expired(body.expiry, noticedAt: body.noticedAt))
        case .executionCancelled:
            let body = try message.decoded(as: ExecutionCancelled.self)
            return .execution(body.executionID, id, .cancelled(at: body.cancelledAt))
        case .signOfLife: return .signOfLife(madeAt: try message.decoded(as: SignOfLife.self).madeAt)
        case .markTaken:
            let body = try message.decoded(as: MarkTaken.self)
            return .mark(madeAt: body.madeAt, takenAt: body.takenAt)
        }
    }

    private static func callback(_ received: CallbackReceived) throws(UnreadableMessage) -> Callback {
        do throws(InvalidDocument) {
            return try CallbackDocument.parse(received.body)
        } catch {
            throw UnreadableMessage(error.summary)
        }
    }

    /// Without a message id the body is the deduplication key.
    private static func id(of message: InboundMessage) -> ReportID {
        ReportID(messageID: message.id ?? String(decoding: message.body, as: UTF8.self))
    }
}
