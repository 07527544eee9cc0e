internal import CoreMetrics
public import JobCore
public import Store
public import Logging
public import Messaging
public import ServiceLifecycle
internal import StageKit

/// Publishes `schedule.due` for whatever is due, while it holds the baton.
///
/// There is one baton, so one ticker ticks; if it dies, the broker hands the baton to another, which goes on from the
/// baton's cursor. Nothing is missed by that, and what is said twice leads to the same executions.
public actor Ticker: Service {
    private let store: any ScheduleStore
    private let broker: any MessageBroker
    private let time: any TimeSource
    private let logger: Logger
    private let lateness = Recorder(label: "belfry_ticker_lateness_ms", dimensions: [])
    private let dueEvents = Counter(label: "belfry_ticker_due_events_total", dimensions: [])

    private var plan: SchedulePlan
    private var clock = ClockGuard()
    private var revision: Int64?
    /// The store could not be read: there may be schedules that the plan does not know.
    private var isBlind = false
    /// The cursor of the baton that this ticker passed on last.
    private var passed: Instant?
    private var heldSince: Instant?
    private var silentSince: Instant
    private var hasRepaired = false

    /// Jobs behind one due event; a schedule with more is cut into shards.
    private static let jobsPerShard = 500
    /// A baton is passed on at least this often, so that no delivery is held for long.
    private static let holdMilliseconds: Int64 = 5_000
    private static let messagesPerTick = 1_000
    /// A cursor further ahead than this is worth a word.
    private static let believedAheadMilliseconds: Int64 = 300_000

    public init(store: any ScheduleStore, broker: any MessageBroker, time: any TimeSource, logger: Logger) {
        self.store = store
        self.broker = broker
        self.time = time
        self.logger = logger
        plan = SchedulePlan(cursor: time.now())
        silentSince = time.now()
    }

    public func run() async throws {
        let subscription = await broker.subscribe(to: .tickerBaton, prefetch: 1)
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

    /// From taking a baton to passing it on.
    func hold(_ message: InboundMessage, _ subscription: any MessageSubscription) async {
        let takenAt = time.now()
        heldSince = takenAt
        defer {
            heldSince = nil
            silentSince = time.now()
        }
        do {
            let baton = try MessageCoder.decode(Baton.self, from: message.body)
            if baton.cursor != passed { plan.move(to: baton.cursor) }
            if baton.cursor.milliseconds(since: takenAt) > Self.believedAheadMilliseconds {
                logger.error(
                    "all is ticked until a time yet to come: a clock was wrong; to go on now, stop all tickers and purge the queue",
                    metadata: ["cursor": "\(baton.cursor.rfc3339)"])
            }
        } catch {
            logger.error(
                "the baton can't be read, going on from where this ticker was", metadata: ["error": "\(error)"])
        }
        var failures = 0
        while !Task.isCancelled {
            await refresh()
            do {
                let isDue = try await tick()
                let isTimeUp = time.now().milliseconds(since: takenAt) >= Self.holdMilliseconds
                if isDue || isTimeUp || Task.isShuttingDownGracefully {
                    try await pass(subscription, message)
                    return
                }
                failures = 0
            } catch {
                failures += 1
                logger.warning("can't publish, the baton waits", metadata: ["error": "\(error)"])
                if time.now().milliseconds(since: takenAt) > 60_000 { return await subscription.restart() }
            }
            if Task.isShuttingDownGracefully, failures > 0 { return }
            await waitForNext(failures: failures)
        }
    }

    /// Publishes what is due; false when nothing is.
    func tick() async throws(PublishError) -> Bool {
        let (now, isHeld) = clock.read(wall: time.now(), monotonicMilliseconds: time.monotonicMilliseconds())
        if isHeld {
            logger.error(
                "the wall clock leapt ahead by more than 5 minutes and is not believed; mend it, or restart this ticker",
                metadata: ["wall_clock": "\(time.now().rfc3339)", "going_by": "\(now.rfc3339)"])
        }
        var next = plan
        let due = next.takeDue(through: now, limit: Self.messagesPerTick)
        guard !due.isEmpty else {
            plan = next
            return false
        }
        let messages = due.flatMap { Self.messages(for: $0, tickedAt: now) }
        try await broker.publish(messages)
        CrashPoint.afterPublish.reach()
        plan = next
        dueEvents.increment(by: messages.count)
        for occurrence in due { lateness.record(now.milliseconds(since: occurrence.occurrence)) }
        logger.debug("ticked", metadata: ["cursor": "\(plan.cursor.rfc3339)", "due_events": "\(messages.count)"])
        return true
    }

    /// The new baton first, then the ack of the old one: a crash in between leaves two, of which the queue keeps the
    /// newer.
    ///
    /// What was ticked without knowing all schedules is not in the cursor: another ticker says it again, with them.
    private func pass(_ subscription: any MessageSubscription, _ message: InboundMessage) async throws(PublishError) {
        let cursor = isBlind ? plan.knownThrough : plan.cursor
        try await broker.publish([Self.baton(cursor: cursor)])
        passed = cursor
        CrashPoint.afterStore.reach()
        await subscription.acknowledge([message.tag])
    }

    /// Takes in changed jobs. A store that is away leaves the plan as it is.
    func refresh() async {
        do {
            let current = try await store.jobsRevision()
            isBlind = false
            guard current != revision else { return plan.confirm() }
            let unreadable = plan.update(try await store.distinctSchedules())
            for key in unreadable {
                logger.error("a schedule on record can't be read", metadata: ["schedule": "\(key.expression)"])
            }
            revision = current
        } catch {
            isBlind = true
            logger.warning("can't read the schedules, going by those known", metadata: ["error": "\(error)"])
        }
    }

    private func waitForNext(failures: Int) async {
        let now = time.now()
        let untilNext = plan.nextOccurrence.map { $0.milliseconds(since: now) } ?? 1_000
        // New jobs are noticed within a second.
        let wait = failures > 0 ? min(200 << Int64(min(failures, 4)), 2_000) : min(max(1, untilNext), 1_000)
        let time = time
        // Shutdown ends the wait early; the loop sees it.
        try? await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: wait) }
    }

    private func watchForLostBaton() async {
        let time = time
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await repairIfLost()
            // The first one is waited for; after that a standby has time.
            let wait: Int64 = hasRepaired ? 5_000 : 1_000
            guard (try? await cancelWhenGracefulShutdown({ try await time.sleep(milliseconds: wait) })) != nil else {
                return
            }
        }
    }

    func repairIfLost() async {
        guard heldSince == nil else { return }
        let now = time.now()
        let silence = now.milliseconds(since: silentSince)
        guard silence >= BatonRepair.firstSilenceMilliseconds else { return }
        do {
            let newest = try await store.newestOccurrence()
            let schedules = try await store.distinctSchedules()
            let cursor = BatonRepair.cursor(
                isFirst: !hasRepaired, silentMilliseconds: silence, newestOccurrence: newest, schedules: schedules,
                now: now)
            guard let cursor, heldSince == nil else { return }
            try await broker.publish([Self.baton(cursor: cursor)])
            if hasRepaired {
                logger.warning("the baton was lost, made a new one", metadata: ["cursor": "\(cursor.rfc3339)"])
            }
            hasRepaired = true
            silentSince = time.now()
        } catch {
            logger.warning("can't make sure that there is a baton", metadata: ["error": "\(error)"])
        }
    }

    private static func messages(for due: DueOccurrence, tickedAt: Instant) -> [OutboundMessage] {
        let shardCount = max(1, (due.jobCount + jobsPerShard - 1) / jobsPerShard)
        return (0..<shardCount).compactMap { shard in
            let event = ScheduleDue(
                schedule: due.key, occurrence: due.occurrence, tickedAt: tickedAt, shard: shard, shardCount: shardCount)
            // Strings and numbers always encode.
            guard let body = try? MessageCoder.encode(event) else { return nil }
            return OutboundMessage(routingKey: RoutingKey.scheduleDue, body: body)
        }
    }

    private static func baton(cursor: Instant) -> OutboundMessage {
        let body = (try? MessageCoder.encode(Baton(cursor: cursor))) ?? []
        return OutboundMessage(routingKey: RoutingKey.baton, body: body)
    }
}
