internal import CoreMetrics
internal import DequeModule
public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
internal import StageKit

/// Delivers invocations: many in flight, each finishing in its own time, no target in another's way.
public actor Courier: Service {
    struct Delivery: Sendable {
        var request: DeliveryRequested
        var message: InboundMessage
    }

    private let broker: any MessageBroker
    private let invoker: any Invoker
    private let builder: InvocationBuilder
    private let time: any TimeSource
    private let logger: Logger
    private let prefetch: Int
    private let laneLimit: Int
    private var lanes: [String: (lane: TargetLane, waiting: Deque<Delivery>)] = [:]
    private var lastID: UInt64 = 0
    private var jittering = 0

    private let outcomes: [String: Counter]
    private let deadLetters = Counter(
        label: "belfry_dead_letters_total", dimensions: [("queue", WorkQueue.courierDeliveries.rawValue)])
    private let latency = Recorder(label: "belfry_delivery_latency_ms", dimensions: [])
    private let lateness = Recorder(label: "belfry_delivery_lateness_ms", dimensions: [])

    public init(
        broker: any MessageBroker, invoker: any Invoker, builder: InvocationBuilder, prefetch: Int,
        time: any TimeSource, logger: Logger
    ) {
        self.broker = broker
        self.invoker = invoker
        self.builder = builder
        self.prefetch = prefetch
        laneLimit = min(TargetLane.inFlightLimit, max(1, prefetch / 4))
        self.time = time
        self.logger = logger
        outcomes = Dictionary(
            uniqueKeysWithValues: ["accepted", "deferred", "refused", "parked", "too_late"].map {
                ($0, Counter(label: "belfry_deliveries_total", dimensions: [("outcome", $0)]))
            })
    }

    public func run() async throws {
        let subscription = await broker.subscribe(to: .courierDeliveries, prefetch: prefetch)
        let outbox = Outbox(broker: broker, subscription: subscription, time: time, logger: logger)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.sweep(outbox) }
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                let batch = try? await cancelWhenGracefulShutdown { try await subscription.next(limit: 200) }
                guard let batch else { break }
                for delivery in await outbox.admit(await read(batch, outbox)) {
                    group.addTask { await self.handle(delivery, outbox) }
                }
            }
            // What is in flight ends by itself, or is cut off when shutdown takes long; what only waits is given back.
            lanes = lanes.mapValues { ($0.lane, []) }
        }
        await outbox.finish()
    }

    /// Handles one message to its end; for tests, which have no pump.
    func deliverOnce(_ message: InboundMessage) async -> [OutboundMessage] {
        let request: DeliveryRequested
        do throws(UnreadableMessage) {
            request = try MessageCoder.decode(DeliveryRequested.self, from: message.body)
        } catch {
            return [dead(message, .unreadable, "\(error)")]
        }
        return await attempt(Delivery(request: request, message: message))
    }

    private func read(_ batch: [InboundMessage], _ outbox: Outbox) async -> [Delivery] {
        var deliveries: [Delivery] = []
        for message in batch {
            do throws(UnreadableMessage) {
                let request = try MessageCoder.decode(DeliveryRequested.self, from: message.body)
                deliveries.append(Delivery(request: request, message: message))
            } catch {
                await outbox.add(.init(tag: message.tag, messages: [dead(message, .unreadable, "\(error)")]))
            }
        }
        return deliveries
    }

    /// One delivery to its end, or until others of its target take it over.
    private func handle(_ delivery: Delivery, _ outbox: Outbox) async {
        // Before it takes a place in its target's lane: who waits here must not make the target look slow. Only so many
        // wait, since all of them hold a place in the window.
        if delivery.request.attempt > 1, jittering < laneLimit {
            jittering += 1
            await waitOutJitter(delivery.request)
            jittering -= 1
        }
        let origin = TargetURL.origin(of: delivery.request.target.address)
        switch lanes[origin, default: emptyLane].lane.admit(nowMilliseconds: time.monotonicMilliseconds()) {
        case .start: await work(delivery, origin, start(origin), outbox)
        case .wait:
            lanes[origin, default: emptyLane].lane.queued()
            lanes[origin, default: emptyLane].waiting.append(delivery)
        case .park: await end(delivery, park(delivery), outbox)
        }
    }

    private func end(_ delivery: Delivery, _ messages: [OutboundMessage], _ outbox: Outbox) async {
        await outbox.add(
            .init(key: Outbox.Key(delivery.request), tag: delivery.message.tag, messages: messages))
    }

    private var emptyLane: (lane: TargetLane, waiting: Deque<Delivery>) { (TargetLane(limit: laneLimit), []) }

    /// Works off one delivery, then whatever waits for the same target.
    private func work(_ first: Delivery, _ origin: String, _ firstID: UInt64, _ outbox: Outbox) async {
        var next: (delivery: Delivery, id: UInt64)? = (first, firstID)
        while let current = next {
            let messages = await attempt(current.delivery)
            // Cut off at shutdown: what came of it is not known, so nothing is said, and it is delivered again.
            if Task.isCancelled { return }
            lanes[origin]?.lane.finished(current.id, nowMilliseconds: time.monotonicMilliseconds())
            next = nextWaiting(origin)
            await end(current.delivery, messages, outbox)
        }
    }

    private func start(_ origin: String) -> UInt64 {
        lastID += 1
        lanes[origin, default: emptyLane].lane.started(lastID, nowMilliseconds: time.monotonicMilliseconds())
        return lastID
    }

    private func nextWaiting(_ origin: String) -> (Delivery, UInt64)? {
        guard let delivery = lanes[origin]?.waiting.popFirst() else {
            if lanes[origin]?.lane.isIdle == true { lanes[origin] = nil }
            return nil
        }
        lanes[origin]?.lane.unqueued()
        return (delivery, start(origin))
    }

    /// Sets aside what has come to wait too long since it was let in: the target became slow.
    private func sweep(_ outbox: Outbox) async {
        let time = time
        while (try? await cancelWhenGracefulShutdown({ try await time.sleep(milliseconds: 1_000) })) != nil {
            for delivery in takeImpatient(nowMilliseconds: time.monotonicMilliseconds()) {
                await end(delivery, park(delivery), outbox)
            }
        }
    }

    /// Takes out of every lane what would wait too long. It never suspends, so no delivery is in two hands.
    private func takeImpatient(nowMilliseconds now: Int64) -> [Delivery] {
        var impatient: [Delivery] = []
        for (origin, entry) in lanes {
            let first = entry.waiting.indices.first {
                entry.lane.expectedWait(behind: $0, nowMilliseconds: now) > TargetLane.patienceMilliseconds
            }
            guard let first else { continue }
            impatient += entry.waiting[first...]
            lanes[origin]?.lane.unqueued(entry.waiting.count - first)
            lanes[origin]?.waiting.removeSubrange(first...)
        }
        return impatient
    }

    private func park(_ delivery: Delivery) -> [OutboundMessage] {
        guard time.now() < delivery.request.deadline else { return tooLate(delivery.request) }
        outcomes["parked"]?.increment()
        do {
            return try AttemptReports.parked(delivery.message, of: delivery.request, now: time.now())
        } catch {
            return [dead(delivery.message, .failing, "\(error)", metadata(delivery.request))]
        }
    }

    /// The reaper ends the run, reason `ttl`; there is nothing to try any more.
    private func tooLate(_ request: DeliveryRequested) -> [OutboundMessage] {
        outcomes["too_late"]?.increment()
        logger.info("the run's ttl passed before it could be delivered", metadata: metadata(request))
        return []
    }

    /// One attempt, and what is to be said after it.
    private func attempt(_ delivery: Delivery) async -> [OutboundMessage] {
        let request = delivery.request
        let now = time.now()
        guard now < request.deadline else { return tooLate(request) }
        do {
            let outcome = await invoker.invoke(try builder.invocation(for: request, now: now))
            CrashPoint.afterDelivery.reach()
            return try conclude(outcome, delivery, begun: now)
        } catch {
            return [dead(delivery.message, .failing, "\(error)", metadata(request))]
        }
    }

    private func conclude(
        _ outcome: InvocationOutcome, _ delivery: Delivery, begun: Instant
    ) throws -> [OutboundMessage] {
        let request = delivery.request
        let now = time.now()
        let verdict = DeliveryVerdict.decide(
            outcome.result, attempt: request.attempt, policy: request.retry, now: now, deadline: request.deadline)
        latency.record(outcome.latencyMilliseconds)
        lateness.record(begun.milliseconds(since: request.occurrence))
        var statusCode: Int?
        if case .answered(let code, _) = outcome.result { statusCode = code }
        let attempt = Attempt(
            number: request.attempt, at: begun, statusCode: statusCode,
            latencyMilliseconds: outcome.latencyMilliseconds, error: verdict == .accept ? nil : outcome.error)
        switch verdict {
        case .accept:
            outcomes["accepted"]?.increment()
            logger.debug("delivered", metadata: metadata(request))
        case .retry(let stepSeconds):
            outcomes["deferred"]?.increment()
            var metadata = metadata(request, outcome, statusCode)
            metadata["wait_s"] = "\(stepSeconds)"
            logger.info("not delivered, trying again", metadata: metadata)
        case .refuse:
            outcomes["refused"]?.increment()
            logger.info("not delivered, giving up", metadata: metadata(request, outcome, statusCode))
        }
        return try AttemptReports.messages(
            verdict, for: request, from: delivery.message, attempt: attempt, now: now)
    }

    /// A fifth of the wait at random, 5 s at most, so that what failed together does not come again together.
    private func waitOutJitter(_ request: DeliveryRequested) async {
        let wait = request.retry.backoffSeconds(afterAttempt: request.attempt - 1) * 200
        // Cut short by shutdown, the attempt just comes a little early.
        try? await cancelWhenGracefulShutdown { [time] in
            try await time.sleep(milliseconds: .random(in: 0...min(wait, 5_000)))
        }
    }

    private func dead(
        _ message: InboundMessage, _ reason: DeadLetterReason, _ error: String, _ metadata: Logger.Metadata = [:]
    ) -> OutboundMessage {
        deadLetters.increment()
        logger.error(
            "dead letter", metadata: metadata.merging(["reason": "\(reason.rawValue)", "error": "\(error)"]) { $1 })
        return message.deadLetter(
            from: .courierDeliveries, reason: reason, error: error,
            atMilliseconds: time.now().millisecondsSinceEpoch)
    }

    private func metadata(_ request: DeliveryRequested) -> Logger.Metadata {
        ["execution_id": "\(request.executionID)", "job": "\(request.name)", "attempt": "\(request.attempt)"]
    }

    private func metadata(
        _ request: DeliveryRequested, _ outcome: InvocationOutcome, _ statusCode: Int?
    ) -> Logger.Metadata {
        var fields = metadata(request)
        fields["error"] = "\(outcome.error ?? "status \(statusCode ?? 0)")"
        fields["detail"] = outcome.detail.map { "\($0)" }
        return fields
    }
}
