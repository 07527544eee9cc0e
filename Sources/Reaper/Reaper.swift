internal import CoreMetrics
public import JobCore
public import Store
public import Logging
public import Messaging
internal import Synchronization

/// Sees that every execution ends: reports passed deadlines, has lost deliveries said again, removes old history.
///
/// It moves nothing itself. Two reapers are harmless: what both report is one report to the recorder.
public final class Reaper: Sendable {
    public struct Limits: Sendable {
        /// A pending execution whose attempt is overdue by this much was lost (a purged queue) and is delivered again.
        public var redeliverAfterSeconds: Int64
        public var historyDays: Int64

        public init(redeliverAfterSeconds: Int64 = 300, historyDays: Int64 = 30) {
            self.redeliverAfterSeconds = redeliverAfterSeconds
            self.historyDays = historyDays
        }
    }

    private let store: any ExpiryStore
    private let broker: any MessageBroker
    private let limits: Limits
    private let logger: Logger
    private let expiries: Counter
    private let redeliveries: Counter
    private let listening = Mutex(ReachabilityWindow())
    private let expiryMemo = Mutex(ReportThrottle<OverdueExecution>(repeatAfterMilliseconds: 60_000))
    private let redeliveryMemo: Mutex<ReportThrottle<UndeliveredExecution>>

    private static let batchSize = 5_000

    public init(store: any ExpiryStore, broker: any MessageBroker, limits: Limits, logger: Logger) {
        self.store = store
        self.broker = broker
        self.limits = limits
        self.logger = logger
        expiries = Counter(label: "belfry_expiries_total", dimensions: [])
        redeliveries = Counter(label: "belfry_redeliveries_total", dimensions: [])
        redeliveryMemo = Mutex(ReportThrottle(repeatAfterMilliseconds: limits.redeliverAfterSeconds * 1_000))
    }

    /// Reports every deadline that has passed, once, and again after a minute if it still stands.
    ///
    /// Silence counts only while services could be heard: see `ReachabilityWindow`.
    public func reportExpiries(now: Instant) async throws {
        let isCutOff = !broker.faults.isEmpty
        listening.withLock { listening in
            listening.pass(at: now)
            if isCutOff { listening.fail(at: now) }
        }
        do {
            try await report(now)
        } catch {
            listening.withLock { $0.fail(at: now) }
            throw error
        }
    }

    private func report(_ now: Instant) async throws {
        let overdue = try await store.overdue(
            at: now, reachableSince: listening.withLock { $0.since }, limit: Self.batchSize)
        let news = expiryMemo.withLock { $0.due(in: overdue, now: now) }
        guard !news.isEmpty else { return }
        try await broker.publish(
            news.map { item in
                OutboundMessage(
                    routingKey: RoutingKey.executionExpired,
                    id: "\(item.id)/\(item.expiry.rawValue)/\(now.millisecondsSinceEpoch)",
                    body: try MessageCoder.encode(
                        ExecutionExpired(executionID: item.id, expiry: item.expiry, noticedAt: now)))
            })
        // Only now: what could not be published is news again.
        expiryMemo.withLock { $0.markReported(news, at: now) }
        expiries.increment(by: news.count)
        for item in news {
            logger.info(
                "deadline passed", metadata: ["execution_id": "\(item.id)", "deadline": "\(item.expiry.rawValue)"])
        }
    }

    /// Has executions delivered again that should have been tried long ago.
    public func redeliverLost(now: Instant) async throws {
        let before = now.adding(seconds: -limits.redeliverAfterSeconds)
        let lost = try await store.undelivered(dueBefore: before, limit: Self.batchSize)
        let news = redeliveryMemo.withLock { $0.due(in: lost, now: now) }
        guard !news.isEmpty else { return }
        try await broker.publish(
            news.map { item in
                OutboundMessage(
                    routingKey: RoutingKey.runRequested, id: "\(item.id)/again/\(now.millisecondsSinceEpoch)",
                    body: try MessageCoder.encode(
                        RunRequested(executionID: item.id, name: item.name, requestedAt: now)))
            })
        redeliveryMemo.withLock { $0.markReported(news, at: now) }
        redeliveries.increment(by: news.count)
        for item in news {
            logger.warning(
                "a delivery seems lost, asking for it again",
                metadata: ["execution_id": "\(item.id)", "job": "\(item.name)"])
        }
    }

    /// Removes a small batch of history that is older than it is kept.
    public func removeOldHistory(now: Instant) async throws {
        let before = now.adding(seconds: -limits.historyDays * 86_400)
        var removed = 0
        // Small transactions, so that others can write in between; as many as it takes, up to a pass's share.
        for _ in 0..<100 {
            let batch = try await store.removeHistory(endedBefore: before, limit: 500)
            removed += batch
            if batch < 500 { break }
        }
        if removed > 0 { logger.info("removed old history", metadata: ["executions": "\(removed)"]) }
    }
}
