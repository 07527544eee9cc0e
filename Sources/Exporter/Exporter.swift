import CoreMetrics
public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
import Synchronization

/// Takes events from a queue and writes them to files. Events are acked once they are on the disk.
///
/// It gathers events for up to a second, since each batch costs a wait for the disk, and compresses the better the more
/// it has. While nothing can be written it acks nothing, tries again, and holds no more than one batch.
public struct Exporter: Service {
    /// The most messages that the queue's consumer should have unacked: one batch is written, another one gathered.
    public static let prefetch = 2 * EventBatch.countMax

    private static let gatherMilliseconds: Int64 = 1_000
    /// The longest wait for an event, after which the hour is looked at. A clock that is set must be noticed.
    private static let idleMilliseconds: Int64 = 10_000
    /// RabbitMQ closes a channel that holds a message unacked for half an hour; and another exporter may have room.
    private static let holdLimitMilliseconds: Int64 = 600_000

    private let queue: any MessageSubscription
    private let files: EventFiles
    private let time: any TimeSource
    private let logger: Logger
    private let fault = ExportOutage()
    private let written: [ExportKind: Counter]
    private let failures = Counter(label: "belfry_export_failures_total", dimensions: [])
    private let age = Meter(label: "belfry_export_unwritten_age_ms", dimensions: [])

    /// Creates a service that begins once it runs.
    public init(
        queue: any MessageSubscription, files: EventFiles, time: any TimeSource, logger: Logger
    ) {
        (self.queue, self.files, self.time, self.logger) = (queue, files, time, logger)
        written = Dictionary(
            uniqueKeysWithValues: ExportKind.allCases.map {
                ($0, Counter(label: "belfry_export_events_total", dimensions: [("kind", $0.rawValue)]))
            })
    }

    /// Why nothing can be written now, without places; empty when it can.
    public var faults: [String] { fault.text.map { [$0] } ?? [] }

    /// Runs until shutdown, and completes the files then. Throws `ExporterNameTaken`.
    public func run() async throws {
        guard try await isOpened() else { return }
        while isRunning {
            let batch = await gather()
            if batch.isEmpty {
                // What can't be completed now keeps the next events from being written, too.
                _ = await attempt(since: time.monotonicMilliseconds(), limit: Self.holdLimitMilliseconds) {
                    try await files.completeDue(at: time.now())
                }
            } else {
                await settle(batch)
            }
        }
        do {
            try await files.close()
        } catch {
            logger.warning("can't complete the files, the next start will", metadata: ["error": "\(error)"])
        }
    }

    private var isRunning: Bool { !Task.isShuttingDownGracefully && !Task.isCancelled }

    /// Tries until the folder is open and what a crash left is completed. False at shutdown.
    private func isOpened() async throws -> Bool {
        do {
            try await files.open()
            fault.text = nil
            return true
        } catch let taken as ExporterNameTaken {
            throw taken
        } catch {
            return await attempt(since: time.monotonicMilliseconds(), limit: .max) { try await files.open() }
        }
    }

    /// Waits for an event, and then for others, for a short time.
    private func gather() async -> EventBatch {
        var batch = EventBatch()
        let now = time.now()
        let idle = min(Self.idleMilliseconds, ExportHour(now).millisecondsLeft(at: now))
        batch.add(await take(batch.room, withinMilliseconds: idle))
        let begun = time.monotonicMilliseconds()
        while !batch.isEmpty, batch.room > 0, isRunning {
            let left = Self.gatherMilliseconds - (time.monotonicMilliseconds() - begun)
            guard left > 0 else { break }
            batch.add(await take(batch.room, withinMilliseconds: left))
        }
        return batch
    }

    private func take(_ limit: Int, withinMilliseconds milliseconds: Int64) async -> [InboundMessage] {
        await cancelWhenGracefulShutdown { [queue, time] in
            await withTaskGroup(of: [InboundMessage].self) { group in
                group.addTask { (try? await queue.next(limit: limit)) ?? [] }
                group.addTask {
                    try? await time.sleep(milliseconds: milliseconds)
                    return []
                }
                var taken = await group.next() ?? []
                group.cancelAll()
                // Messages may have come just as the time was over.
                for await more in group { taken += more }
                return taken
            }
        }
    }

    private func settle(_ batch: EventBatch) async {
        let begun = time.monotonicMilliseconds()
        age.set(0)
        let isWritten = await attempt(since: begun, limit: Self.holdLimitMilliseconds) {
            try await files.write(batch.lines, at: time.now())
        }
        guard isWritten else {
            // At shutdown the connection ends, and the broker requeues what it holds.
            guard isRunning else { return }
            logger.warning("held the events for too long, requeued them", metadata: ["events": "\(batch.tags.count)"])
            return await queue.restart()
        }
        await queue.acknowledge(batch.tags)
        age.set(0)
        for (kind, count) in batch.counts { written[kind]?.increment(by: Int64(count)) }
    }

    /// Does something with the files, and tries again with growing waits until it is done. False at shutdown, and once
    /// `limit` milliseconds have passed.
    private func attempt(
        since begun: Int64, limit: Int64, _ work: () async throws -> Void
    ) async -> Bool {
        var attempt = 0
        while true {
            do {
                try await work()
                if fault.text != nil { logger.notice("the events' files can be written again") }
                fault.text = nil
                return true
            } catch {
                failures.increment()
                fault.text = (error as? ExportFault)?.outage ?? "the events' files can't be written"
                if Backoff.isLogged(attempt: attempt) {
                    logger.error("can't write the events' files, trying again", metadata: ["error": "\(error)"])
                }
            }
            let held = time.monotonicMilliseconds() - begun
            age.set(Double(held))
            guard isRunning, held < limit else { return false }
            let wait = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0.5..<1))
            try? await cancelWhenGracefulShutdown { [time] in try await time.sleep(milliseconds: wait) }
            attempt += 1
        }
    }
}

/// The health server reads it while the exporter works.
private final class ExportOutage: Sendable {
    private let box = Mutex<String?>("the folder of the events' files is not open yet")

    var text: String? {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}
