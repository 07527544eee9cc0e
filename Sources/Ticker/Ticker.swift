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
    private let zones: ZoneDatabase
    private let logger: Logger
    private let lateness = Recorder(label: "belfry_ticker_lateness_ms", dimensions: [])
    private let dueEvents = Counter(label: "belfry_ticker_due_events_total", dimensions: [])

    private var plan: SchedulePlan
    private let clock: BelievedClock
    private var search: LostBatonSearch
    private var revision: Int64?
    /// The generation of the time zones in the plan.
    private var zonesGeneration: Int
    /// True when the store was unavailable at the last refresh: the plan may lack new schedules.
    private var isBlind = false
    /// The cursor of the baton that this ticker published last.
    private var handedOver: Instant?
    private var isHolding = false
    /// Since when this ticker has had no baton, by the monotonic clock.
    private var silentSinceMilliseconds: Int64
    private var hasRepaired = false
    /// Repairs in a row after which an occurrence was still overdue.
    private var repairs = 0
    /// True once the clock was compared with the record.
    private var isClockChecked = false

    /// A baton is handed over at least this often, so that no message is held unacked for long.
    private static let holdMilliseconds: Int64 = 5_000
    /// A baton that cannot be handed over for this long is requeued, for a ticker that may have a better connection.
    private static let holdLimitMilliseconds: Int64 = 60_000
    /// A clock that is ahead of the record by more than this is not believed at once. A longer outage is unlikely.
    private static let outageMaxMilliseconds: Int64 = 30 * 86_400_000

    /// `jitter` returns the random fraction, 0..<1, of the longest wait before a failed publish is repeated.
    public init(
        store: any ScheduleStore, broker: any MessageBroker, time: any TimeSource, zones: ZoneDatabase = .shared,
        logger: Logger, jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.store = store
        self.broker = broker
        self.time = time
        self.zones = zones
        self.logger = logger
        settlement = Settlement(
            of: .tickerBaton, broker: broker, time: time, logger: logger,
            holdLimitMilliseconds: Self.holdLimitMilliseconds, jitter: jitter)
        plan = SchedulePlan(cursor: time.now())
        clock = BelievedClock(time, logger: logger)
        search = LostBatonSearch(store, zones: zones)
        zonesGeneration = zones.generation
        silentSinceMilliseconds = time.monotonicMilliseconds()
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
        let takenAt = time.monotonicMilliseconds()
        isHolding = true
        defer {
            isHolding = false
            silentSinceMilliseconds = time.monotonicMilliseconds()
        }
        while await !resume(from: message) {
            // A baton from which nobody can go on is not handed over: the next one would begin in the wrong place.
            guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
            guard time.monotonicMilliseconds() - takenAt < Self.holdLimitMilliseconds else {
                return await subscription.restart()
            }
            await wait(milliseconds: 1_000)
        }
        while !Task.isCancelled {
            await refresh()
            followZones()
            let tick = tick()
            let isTimeUp = time.monotonicMilliseconds() - takenAt >= Self.holdMilliseconds
            guard tick.due.isEmpty, !isTimeUp, !Task.isShuttingDownGracefully else {
                return await handOver(tick, message, subscription, takenAt: takenAt)
            }
            plan = tick.plan
            await waitForNext()
        }
    }

    /// Continues from the baton's cursor, or from the record if the cursor can't be read or can't be true. A ticker
    /// that published this baton itself has the plan already.
    ///
    /// Returns false while the record is needed and can't be read, or while nobody knows the time.
    private func resume(from message: InboundMessage) async -> Bool {
        let cursor: Instant?
        do {
            cursor = try message.decoded(as: Baton.self).cursor
            guard cursor != handedOver else { return true }
        } catch {
            logger.error("the baton cannot be read, continuing from the record", metadata: ["error": "\(error)"])
            cursor = nil
        }
        do {
            let newest = try await store.newestOccurrence()
            checkClock(newestOccurrence: newest, cursor: cursor)
            guard let now = clock.now() else { return false }
            // The schedules are of use only while nothing is recorded.
            let schedules = newest == nil ? try await store.distinctSchedules() : []
            let recorded = BatonRepair.cursor(newestOccurrence: newest, schedules: schedules, now: now)
            if let cursor, !BatonRepair.isImplausible(cursor: cursor, recorded: recorded, now: now) {
                plan.move(to: cursor)
                return true
            }
            logger.error(
                "continuing from the newest occurrence on record instead of the baton's cursor",
                metadata: ["cursor": "\(cursor?.rfc3339 ?? "-")", "record": "\(recorded.rfc3339)"])
            plan.move(to: recorded)
            return true
        } catch {
            logger.warning("the record cannot be read", metadata: ["error": "\(error)"])
            guard let cursor, let now = clock.now(),
                !BatonRepair.isImplausible(cursor: cursor, recorded: cursor, now: now)
            else { return false }
            plan.move(to: cursor)
            return true
        }
    }

    /// Compares the clock of a process that starts with the record. If there is none, the baton's cursor must do.
    private func checkClock(newestOccurrence: Instant?, cursor: Instant?) {
        guard !isClockChecked, let latest = newestOccurrence ?? cursor else { return }
        isClockChecked = true
        let earliest = latest.adding(milliseconds: -ClockGuard.leapMaxMilliseconds)
        let seen = newestOccurrence.map { max($0, cursor ?? $0) } ?? Instant.recordable.upperBound
        clock.expect(earliest...seen.adding(milliseconds: Self.outageMaxMilliseconds))
    }

    /// The occurrences that are due now; none while the clock is not believed.
    func tick() -> Tick {
        Tick(plan, at: clock.now())
    }

    /// Publishes the due events, then the new baton, then acks the old one. A crash in between leaves two batons, of
    /// which the queue keeps the newer.
    ///
    /// If the store was unavailable, the new baton has the cursor of the last refresh, so that the next ticker repeats
    /// the ticks since then with all schedules (harmless: ids are computed).
    private func handOver(
        _ tick: Tick, _ message: InboundMessage, _ subscription: any MessageSubscription, takenAt: Int64
    ) async {
        let cursor = isBlind ? tick.plan.knownThrough : tick.plan.cursor
        let messages = tick.messages
        let steps: [Settlement.Step] =
            (messages.isEmpty ? [] : [.init(messages)])
            + [.init([OutboundMessage(Baton(cursor: cursor))], then: .afterBatonPublished)]
        do {
            let outcome = try await settlement.settle(
                steps, on: subscription, heldSinceMilliseconds: takenAt, acking: { [message.tag] })
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
        for due in tick.due { lateness.record((tick.now ?? due.occurrence).milliseconds(since: due.occurrence)) }
        logger.debug("ticked", metadata: ["cursor": "\(cursor.rfc3339)", "due_events": "\(messages.count)"])
    }

    /// Updates the plan if jobs have changed. While the store is unavailable, the plan stays unchanged.
    func refresh() async {
        do {
            let changes = try await store.schedules(changedSince: revision)
            isBlind = false
            for unreadable in plan.update(changes, zones: zones) {
                logger.error(
                    "a schedule on record cannot be read",
                    metadata: ["schedule": "\(unreadable.key.expression)", "error": "\(unreadable.error)"])
            }
            revision = changes.revision
        } catch {
            isBlind = true
            logger.warning(
                "the schedules cannot be read, ticking with those known", metadata: ["error": "\(error)"])
        }
    }

    /// Lets the plan follow time zones whose rules have changed. It comes right before a tick: new rules are noticed
    /// before the minute in which they come into force, so no tick passes over that minute with the old ones.
    func followZones() {
        let generation = zones.generation
        guard generation != zonesGeneration else { return }
        zonesGeneration = generation
        plan.follow(zones)
        // A schedule that could not be read may have got its time zone.
        revision = nil
    }

    /// Waits by the believed time: a clock that leapt ahead must not make the wait short.
    private func waitForNext() async {
        let untilNext = clock.now().flatMap { now in plan.nextOccurrence.map { $0.milliseconds(since: now) } }
        // New jobs are noticed within a second.
        await wait(milliseconds: min(max(1, untilNext ?? 1_000), 1_000))
    }

    private func wait(milliseconds: Int64) async {
        // Shutdown ends the wait early; the loop sees it.
        try? await cancelWhenGracefulShutdown { [time] in try await time.sleep(milliseconds: milliseconds) }
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

    /// Publishes a baton if this ticker starts and gets none, or if an occurrence is overdue.
    func repairIfLost() async {
        guard !isHolding else { return }
        let silence = time.monotonicMilliseconds() - silentSinceMilliseconds
        let needed =
            hasRepaired
            ? BatonRepair.silenceMilliseconds(afterRepairs: repairs) : BatonRepair.firstSilenceMilliseconds
        guard silence >= needed else { return }
        do {
            let newest = try await store.newestOccurrence()
            checkClock(newestOccurrence: newest, cursor: nil)
            guard let now = clock.now() else { return }
            if hasRepaired {
                var search = search
                let isOverdue = try await search.isOverdue(newestOccurrence: newest, now: now)
                self.search = search
                guard isOverdue else { return repairs = 0 }
            }
            let schedules = newest == nil ? try await store.distinctSchedules() : []
            let cursor = BatonRepair.cursor(newestOccurrence: newest, schedules: schedules, now: now)
            guard !isHolding else { return }
            try await broker.publish([OutboundMessage(Baton(cursor: cursor))])
            if hasRepaired {
                repairs += 1
                logger.warning("the baton was lost, published a new one", metadata: ["cursor": "\(cursor.rfc3339)"])
            }
            hasRepaired = true
            silentSinceMilliseconds = time.monotonicMilliseconds()
        } catch {
            logger.warning("cannot check whether there is a baton", metadata: ["error": "\(error)"])
        }
    }
}
