import Commands
import Foundation
import JobCore
import Messaging
import RabbitMQ

/// A replay of archived events; see ``EventsCommand``.
struct EventReplay {
    /// An event reaches the archive after it has occurred, by the clocks of two machines. They may differ by this.
    private static let clocksMaySeconds: Int64 = 60
    private static let confirmMilliseconds: Int64 = 20_000
    private static let triesMax = 30

    let options: ConnectionOptions
    let archive: String
    let request: ReplayPosition.Request
    let bounds: (since: Instant?, until: Instant?)
    let filters: [EventFilter]
    let destination: ReplayDestination
    var pace: ReplayPace
    let file: ReplayFile?
    let isDryRun: Bool
    var progress: ReplayProgress

    /// Replays up to the end. Throws ``Refused``.
    consuming func run() async throws {
        let since = file?.position.map(\.since) ?? bounds.since
        let range = try range(since: since)
        if let fault = file?.position?.fault(inArchive: range) { throw Refused(fault) }
        guard let range else { return progress.endEmpty() }
        var position =
            file?.position
            ?? ReplayPosition(request, since: bounds.since, until: bounds.until, endOffset: range.upperBound)
        // The last event that is done is read again, to see that it is the same.
        let start = max(position.lastOffset ?? request.fromOffset ?? 0, range.lowerBound)
        Self.skipRemoved(to: start, from: request.fromOffset ?? start, &position)
        try file?.write(position)
        if start <= position.endOffset, position.lastOffset != position.endOffset {
            try await replay(from: start, &position)
        }
        try file?.write(position)
        progress.end(position)
    }

    private func range(since: Instant?) throws -> ClosedRange<Int64>? {
        let reads = file?.position?.lastOffset == nil && request.fromOffset == nil
        let start: StreamOffset? =
            reads
            ? since.map { StreamOffset.written(secondsSinceEpoch: $0.secondsSinceEpoch - Self.clocksMaySeconds) } : nil
        do throws(QueueProbe.Refusal) {
            return try QueueProbe(options: options).range(ofStream: archive, from: start ?? .first)
        } catch {
            throw Refused(
                lines: ["\(error)", "the archive is made by: belfry forks enable archive; its reader by: replay"])
        }
    }

    private static func skipRemoved(to offset: Int64, from start: Int64, _ position: inout ReplayPosition) {
        guard let removed = position.pass(to: offset, from: start) else { return }
        Output.note(
            "events \(removed.lowerBound) to \(removed.upperBound) are no longer in the archive: it keeps no more")
    }

    private mutating func replay(from start: Int64, _ position: inout ReplayPosition) async throws {
        let logger = OutputLogHandler.logger
        let reader = StreamReader(
            options: options, stream: archive, from: .offset(start), prefetch: pace.prefetch, logger: logger)
        let publisher = WindowPublisher(options: options, logger: logger)
        let connections: [Task<Void, Never>?] = [
            Task { await reader.run() }, isDryRun ? nil : Task { await publisher.run() },
        ]
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await pass(reader, publisher, from: start, &position))
        } catch {
            outcome = .failure(error)
        }
        for connection in connections { connection?.cancel() }
        for connection in connections { await connection?.value }
        try outcome.get()
    }

    private mutating func pass(
        _ reader: StreamReader, _ publisher: WindowPublisher, from start: Int64, _ position: inout ReplayPosition
    ) async throws {
        let selection = ReplaySelection(since: position.since, until: position.until, filters: filters)
        while position.lastOffset != position.endOffset {
            let batch = try await reader.next(limit: pace.windowMax)
            var window: [AMQPMessage] = []
            var next = position
            for message in batch {
                guard let offset = message.streamOffset else { continue }
                let (isLast, isSame) = position.isLast(offset: offset, id: message.id)
                guard isSame else {
                    throw Refused("event \(offset) has another id than in the file: it is another archive")
                }
                if isLast || offset <= next.lastOffset ?? -1 { continue }
                Self.skipRemoved(to: offset, from: start, &next)
                // What came after the start is not replayed.
                guard offset <= position.endOffset else {
                    next.lastOffset = position.endOffset
                    break
                }
                switch selection.verdict(on: message) {
                case .replay:
                    window.append(outbound(message, offset))
                    next.replayedCount += 1
                case .other: break
                case .unreadable(let reason):
                    progress.unreadable(offset, reason)
                    next.unreadableCount += 1
                }
                (next.lastOffset, next.lastID) = (offset, message.id)
            }
            if !window.isEmpty, !isDryRun {
                try await Task.sleep(for: pace.wait(beforePublishing: window.count, at: .now))
                try await publish(window, publisher)
            }
            position = next
            if !isDryRun { try file?.write(position) }
            await reader.acknowledge(batch.map(\.tag))
            progress.show(position)
        }
    }

    private func outbound(_ message: InboundMessage, _ offset: Int64) -> AMQPMessage {
        // What is not UTF-8 grows when it is read.
        let own = message.properties.filter { $0.value.utf8.count <= MessageLimits.shortStringBytesMax }
        let properties: [AMQPMessage.Property?] = [
            own["type"].map { .type($0) }, own["app-id"].map { .appID($0) },
            own["correlation-id"].map { .correlationID($0) },
            own["timestamp"].flatMap { Int64($0) }.map { .timestampSeconds($0) },
        ]
        return AMQPMessage(
            exchange: destination.exchange, routingKey: destination.routingKey,
            headers: message.ownHeaders.merging([Header.replayedOffset: "\(offset)"]) { $1 }, id: message.ownID,
            body: message.body, properties: properties.compactMap { $0 })
    }

    private func publish(_ window: [AMQPMessage], _ publisher: WindowPublisher) async throws {
        for attempt in 1...Self.triesMax {
            let answer = await publisher.publish(window, withinMilliseconds: Self.confirmMilliseconds)
            let fault: String
            switch answer {
            case .confirmed: return
            case .unroutable: throw refusal("no queue is bound there")
            case .missingExchange(let reason), .notPermitted(let reason), .rejected(let reason): throw refusal(reason)
            case .full: fault = "a queue there is full, or has an error"
            case .unavailable(let reason): fault = reason
            }
            if attempt == Self.triesMax { throw refusal(fault) }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func refusal(_ reason: String) -> Refused {
        let hint = file.map { "the position is kept in \($0.path): start the replay again with the same options" }
        return Refused(lines: ["events can't be published to \(destination): \(reason)"] + [hint].compactMap { $0 })
    }
}
