import CoreMetrics
public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
import StageKit
public import Store

/// Publishes `schedule.due` for every schedule that is due, while it holds the baton.
///
/// There is one baton, so one ticker ticks. If it dies, the broker hands the baton to another ticker, which continues
/// from the baton's cursor. So no occurrence is missed, and an occurrence that is published twice leads to the same
/// executions.
public actor Ticker: Service {
    private let store: any ScheduleStore
    private let broker: any MessageBroker
    private let settlement: Settlement
    private let time: any TimeSource
    private let logger: Logger
    private let lateness = Recorder(label: "belfry_ticker_lateness_ms", dimensions: [])
    private let dueEvents = Counter(label: "belfry_ticker_due_events_total", dimensions: [])

    private var plan: SchedulePlan
    private var clock = ClockGuard()
    private var revision: Int64?
    /// True when the store was unavailable at the last refresh: the plan may lack new schedules.
    private var isBlind = false
    /// The cursor of the baton that this ticker published last.
    private var handedOver: Instant?
    private var isHolding = false
    /// The instant since which this ticker has had no baton.
    private var silentSince: Instant
    private var hasRepaired = false

    /// A baton is handed over at least this often, so that no message is held unacked for long.
    private static let holdMilliseconds: Int64 = 5_000
    /// A baton that cannot be handed over for this long is requeued, for a ticker that may have a better connection.
    private static let holdLimitMilliseconds: Int64 = 60_000
    /// A cursor further ahead than this is logged as an error.
    private static let cursorAheadMaxMilliseconds: Int64 = 300_000

    /// `jitter` returns the random fraction, 0..<1, of the longest wait before a failed publish is repeated.
    public init(
        store: any ScheduleStore, broker: any MessageBroker, time: any TimeSource, logger: Logger,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.store = store
        self.broker = broker
        self.time = time
        self.logger = logger
        settlement = Settlement(
            of: .tickerBaton, broker: broker, time: time, logger: logger,
            holdLimitMilliseconds: Self.holdLimitMilliseconds,
            // Occurrences wait while a publish fails, so it is retried often.
            backoff: Backoff(ceilingMilliseconds: 2_000), jitter: jitter)
        plan = SchedulePlan(cursor: time.now())
        silentSince = time.now()
    }

    /// Takes the baton whenever the broker delivers it, and ticks while it holds it, until shutdown.
    public func run() async throws {
        let subscription = await settlement.subscribe(prefetch: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.tickWhileHolding(subscription) }
            group.addTask { await self.watchForLostBaton() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func tickWhileHolding(_ subscription: any MessageSubscription) async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                guard
                    let message = try await cancelWhenGracefulShutdown({ try await subscription.next(limit: 1) }).first
                else { continue }
                await hold(message, subscription)
            } catch is CancellationError {
                return
            }
        }
    }

    /// Holds a baton: ticks until something is due or the time is up, then hands the baton over.
    func hold(_ message: InboundMessage, _ subscription: any MessageSubscription) async {
        let takenAt = time.now()
        isHolding = true
        defer {
            isHolding = false
            silentSince = time.now()
        }
        resume(from: message, takenAt: takenAt)
        while !Task.isCancelled {
            await refresh()
            let tick = tick()
            let isTimeUp = time.now().milliseconds(since: takenAt) >= Self.holdMilliseconds
            guard tick.due.isEmpty, !isTimeUp, !Task.isShuttingDownGracefully else {
                return await handOver(tick, message, subscription, takenAt: takenAt)
            }
            plan = tick.plan
            await waitForNext()
        }
    }

    /// Continues from the baton's cursor. A ticker that published this baton itself has the plan already.
    private func resume(from message: InboundMessage, takenAt: Instant) {
        do {
            let baton = try message.decoded(as: Baton.self)
            if baton.cursor != handedOver { plan.move(to: baton.cursor) }
            if baton.cursor.milliseconds(since: takenAt) > Self.cursorAheadMaxMilliseconds {
                logger.error(
                    """
                    the baton's cursor is in the future (a clock was wrong), so nothing fires until then; to resume \
                    now, stop all tickers and purge the queue ticker.baton
                    """, metadata: ["cursor": "\(baton.cursor.rfc3339)"])
            }
        } catch {
            logger.error(
                "the baton cannot be read, continuing from this ticker's own cursor", metadata: ["error": "\(error)"])
        }
    }

    /// The occurrences that are due now, by a clock that is checked for leaps.
    func tick() -> Tick {
        let (now, isHeld) = clock.read(wall: time.now(), monotonicMilliseconds: time.monotonicMilliseconds())
        if isHeld {
            logger.error(
                "the wall clock leapt ahead by more than 5 minutes and is ignored; correct it, or restart this ticker",
                metadata: ["wall_clock": "\(time.now().rfc3339)", "used_instead": "\(now.rfc3339)"])
        }
        return Tick(plan, at: now)
    }

    /// Publishes the due events, then the new baton, then acks the old one. A crash in between leaves two batons, of
    /// which the queue keeps the newer.
    ///
    /// If the store was unavailable, the new baton has the cursor of the last refresh, so that the next ticker repeats
    /// the ticks since then with all schedules (harmless: ids are computed).
    private func handOver(
        _ tick: Tick, _ message: InboundMessage, _ subscription: any MessageSubscription, takenAt: Instant
    ) async {
        let cursor = isBlind ? tick.plan.knownThrough : tick.plan.cursor
        let messages = tick.messages
        let steps: [Settlement.Step] =
            (messages.isEmpty ? [] : [.init(messages)])
            + [.init([OutboundMessage(Baton(cursor: cursor))], then: .afterBatonPublished)]
        do {
            let outcome = try await settlement.settle(
                steps, on: subscription, heldSince: takenAt, acking: { [message.tag] })
            guard outcome == .acked else { return }
        } catch {
            logger.critical("due events cannot be published, requeued the baton", metadata: ["error": "\(error)"])
            await waitForNext()
            return await subscription.restart()
        }
        handedOver = cursor
        plan = tick.plan
        guard !messages.isEmpty else { return }
        dueEvents.increment(by: messages.count)
        for due in tick.due { lateness.record(tick.now.milliseconds(since: due.occurrence)) }
        logger.debug("ticked", metadata: ["cursor": "\(cursor.rfc3339)", "due_events": "\(messages.count)"])
    }

    /// Updates the plan if jobs have changed. While the store is unavailable, the plan stays unchanged.
    func refresh() async {
        do {
            let current = try await store.jobsRevision()
            isBlind = false
            guard current != revision else { return plan.confirm() }
            let unreadable = plan.update(try await store.distinctSchedules())
            for key in unreadable {
                logger.error("a schedule on record cannot be read", metadata: ["schedule": "\(key.expression)"])
            }
            revision = current
        } catch {
            isBlind = true
            logger.warning(
                "the schedules cannot be read, ticking with those known", metadata: ["error": "\(error)"])
        }
    }

    private func waitForNext() async {
        let untilNext = plan.nextOccurrence.map { $0.milliseconds(since: time.now()) } ?? 1_000
        // New jobs are noticed within a second.
        let wait = min(max(1, untilNext), 1_000)
        // Shutdown ends the wait early; the loop sees it.
        try? await cancelWhenGracefulShutdown { [time] in try await time.sleep(milliseconds: wait) }
    }

    private func watchForLostBaton() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await repairIfLost()
            // Until the first baton is there, the checks are frequent; a standby checks less often.
            let wait: Int64 = hasRepaired ? 5_000 : 1_000
            let isOver =
                (try? await cancelWhenGracefulShutdown { [time] in try await time.sleep(milliseconds: wait) }) == nil
            if isOver { return }
        }
    }

    /// Publishes a baton when `BatonRepair` finds that there is none.
    func repairIfLost() async {
        guard !isHolding else { return }
        let now = time.now()
        let silence = now.milliseconds(since: silentSince)
        guard silence >= BatonRepair.firstSilenceMilliseconds else { return }
        do {
            let newest = try await store.newestOccurrence()
            let schedules = try await store.distinctSchedules()
            let cursor = BatonRepair.cursor(
                isFirst: !hasRepaired, silentMilliseconds: silence, newestOccurrence: newest, schedules: schedules,
                now: now)
            guard let cursor, !isHolding else { return }
            try await broker.publish([OutboundMessage(Baton(cursor: cursor))])
            if hasRepaired {
                logger.warning("the baton was lost, published a new one", metadata: ["cursor": "\(cursor.rfc3339)"])
            }
            hasRepaired = true
            silentSince = time.now()
        } catch {
            logger.warning("cannot check whether there is a baton", metadata: ["error": "\(error)"])
        }
    }
}
