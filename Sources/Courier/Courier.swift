public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
import StageKit

/// Delivers invocations, many at the same time. No target delays the deliveries of another target.
///
/// A shell around `Lanes`: it takes batches, feeds them in, carries out the actions, and hands results to the `Outbox`.
/// It decides nothing.
public actor Courier: Service {
    private enum Event: Sendable {
        case batch([InboundMessage])
        case jitterEnded(Delivery)
        /// Deliveries that the end of an attempt left room for.
        case room([LaneAction])
        case tick
    }

    private static let tickMilliseconds: Int64 = Lane.probeMilliseconds
    private static let suspectPollMilliseconds: Int64 = 10
    private static let suspectWaitMaxMilliseconds: Int64 = 2_000

    private let broker: any MessageBroker
    private let time: any TimeSource
    private let prefetch: Int
    private let randomFraction: @Sendable () -> Double
    private let attempter: Attempter
    private let outbox: Outbox
    private var lanes: Lanes
    /// The most deliveries in flight to one target that this process can have.
    private let inFlightLimitMax: Int
    /// Batches that were fed in and not read yet.
    private var unreadCount = 0
    /// Marks that came while no attempt may begin. Passed on now, they would say that no delivery waits.
    private var heldMarks: [InboundMessage] = []

    /// `queue` is where its deliveries come from. `prefetch` is the courier's window: the most messages in hand.
    /// `randomFraction` returns a random number from 0 to 1 for jitter and backoff; it is passed in so that a test can
    /// repeat its seed. A delivery that is overdue by `redeliverAfterSeconds` on record is taken for lost, so longer
    /// deferrals are reported.
    public init(
        queue: WorkQueue, broker: any MessageBroker, invoker: any Invoker, builder: InvocationBuilder,
        prefetch: Int,
        redeliverAfterSeconds: Int64, time: any TimeSource, logger: Logger,
        randomFraction: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.broker = broker
        self.time = time
        self.prefetch = prefetch
        self.randomFraction = randomFraction
        attempter = Attempter(
            invoker: invoker, builder: builder, time: time, redeliverAfterSeconds: redeliverAfterSeconds,
            logger: logger)
        outbox = Outbox(of: queue, broker: broker, time: time, randomFraction: randomFraction, logger: logger)
        // One lane must not fill a small window: there must be room for several targets.
        inFlightLimitMax = min(invoker.connectionsPerTargetLimit, max(1, prefetch / 4))
        lanes = Lanes(
            windowSize: prefetch, inFlightLimit: inFlightLimitMax,
            jitteringLimit: max(inFlightLimitMax, prefetch / 8), redeliverAfterSeconds: redeliverAfterSeconds)
    }

    /// Limits the deliveries in flight to one target, so that couriers can share what a target takes.
    public func setInFlightLimit(_ limit: Int) {
        lanes.setInFlightLimit(min(max(1, limit), inFlightLimitMax))
    }

    /// Delivers until shutdown. Attempts in flight are then finished, unless the task is cancelled; deliveries that
    /// wait stay unacked. Call it once.
    public func run() async throws {
        let subscription = await outbox.subscribe(prefetch: prefetch)
        // Unbounded here, bounded by the broker: it sends no more messages than the window holds.
        let (events, feed) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .unbounded)
        await withGracefulShutdownHandler {
            await serve(subscription, events, feed)
        } onGracefulShutdown: {
            feed.finish()
        }
    }

    private func serve(
        _ subscription: any MessageSubscription, _ events: AsyncStream<Event>, _ feed: AsyncStream<Event>.Continuation
    ) async {
        async let publishing: Void = publish(subscription)
        await withDiscardingTaskGroup { attempts in
            await withDiscardingTaskGroup { waits in
                waits.addTask { await self.take(from: subscription, feed) }
                waits.addTask { [time] in await Self.tick(time, feed) }
                for await event in events {
                    for action in actions(after: event) {
                        switch action {
                        case .start(let delivery): attempts.addTask { await self.attempt(delivery, feed) }
                        case .startAfterJitter(let delivery, let milliseconds):
                            waits.addTask { [time] in
                                guard (try? await time.sleep(milliseconds: milliseconds)) != nil else { return }
                                feed.yield(.jitterEnded(delivery))
                            }
                        case .defer(let delivery, let deferral): `defer`(delivery, deferral)
                        case .ask(let delivery):
                            outbox.add(attempter.ask(delivery), of: delivery.message, trip: delivery.trip)
                        case .wait, .giveBack, .joinDuplicate: break
                        }
                    }
                }
                _ = lanes.shutdown()
                // Ends the jitter: deliveries that wait it out are given back, too.
                waits.cancelAll()
            }
        }
        outbox.close()
        await publishing
    }

    private func publish(_ subscription: any MessageSubscription) async {
        await outbox.run(subscription) { lanes.settled($0) }
    }

    /// Feeds batches in until it is cancelled or the subscription ends.
    ///
    /// A message that ends the process when it is read must cost no other message. So one that was returned often is
    /// read alone, and what follows at once (a dead letter, or the question to the record) is settled before the next
    /// is read. An attempt is not waited for: it may take minutes, and others are in flight.
    private func take(
        from subscription: any MessageSubscription, _ feed: AsyncStream<Event>.Continuation
    ) async {
        defer { feed.finish() }
        var crashGuard = CrashGuard(returns: DeliveryRequested.returnCount)
        while let batch = try? await subscription.next(limit: 200) {
            for step in crashGuard.steps(for: batch) {
                switch step {
                case .together(let messages): feedIn(messages, feed)
                case .alone(let message):
                    feedIn([message], feed)
                    guard (try? await waitUntilRead(message)) != nil else { return }
                case .setAside(let message):
                    let count = DeliveryRequested.returnCount(of: message)
                    outbox.add(
                        .deadLetter(.failing, error: "returned \(count) times: each process that began with it died"),
                        of: message, trip: nil)
                }
            }
        }
    }

    private func feedIn(_ messages: [InboundMessage], _ feed: AsyncStream<Event>.Continuation) {
        unreadCount += 1
        feed.yield(.batch(messages))
    }

    /// Waits until what follows from reading the message is settled, but not for a broker that is unavailable.
    private func waitUntilRead(_ message: InboundMessage) async throws {
        let end = time.monotonicMilliseconds() + Self.suspectWaitMaxMilliseconds
        repeat {
            try await time.sleep(milliseconds: Self.suspectPollMilliseconds)
        } while (unreadCount > 0 || outbox.holds(message.tag)) && time.monotonicMilliseconds() < end
    }

    private static func tick(_ time: any TimeSource, _ feed: AsyncStream<Event>.Continuation) async {
        while (try? await time.sleep(milliseconds: tickMilliseconds)) != nil { feed.yield(.tick) }
    }

    private func actions(after event: Event) -> [LaneAction] {
        lanes.isPaused = !broker.faults.isEmpty
        if !lanes.isPaused { passOnHeldMarks() }
        let now = time.monotonicMilliseconds()
        return switch event {
        case .room(let actions): actions
        case .batch(let messages):
            read(messages).map { lanes.admit($0, nowMilliseconds: now, jitterFraction: randomFraction) }
        case .jitterEnded(let delivery): [lanes.jitterEnded(delivery, nowMilliseconds: now)]
        case .tick: lanes.tick(nowMilliseconds: now)
        }
    }

    private func passOnHeldMarks() {
        for message in heldMarks { passOn(mark: message) }
        heldMarks = []
    }

    private func passOn(mark message: InboundMessage) {
        outbox.add(MarkReports.result(of: message, takenAt: time.now()), of: message, trip: nil)
    }

    private func read(_ messages: [InboundMessage]) -> [Delivery] {
        unreadCount -= 1
        let (now, nowMilliseconds) = (time.now(), time.monotonicMilliseconds())
        return messages.compactMap { message in
            if message.isMark {
                if lanes.isPaused { heldMarks.append(message) } else { passOn(mark: message) }
                return nil
            }
            do throws(UnreadableMessage) {
                return try Delivery(reading: message, now: now, nowMilliseconds: nowMilliseconds)
            } catch {
                outbox.add(.deadLetter(.unreadable, error: "\(error)"), of: message, trip: nil)
                return nil
            }
        }
    }

    /// Makes attempts, one after the other: the end of one leaves room for the next. What else there is room for is
    /// fed in, to be carried out by tasks of its own.
    private func attempt(_ first: Delivery, _ feed: AsyncStream<Event>.Continuation) async {
        var next: Delivery? = first
        while let delivery = next {
            let end = await attempter.attempt(delivery)
            // Cancelled at shutdown: the result is unknown, so nothing is reported and the broker redelivers the
            // message.
            if Task.isCancelled { return }
            lanes.isPaused = !broker.faults.isEmpty
            var actions = lanes.finished(delivery, end.outcome, nowMilliseconds: time.monotonicMilliseconds())
            outbox.add(end.result, of: delivery.message, trip: delivery.trip)
            next = nil
            if case .start(let delivery) = actions.first {
                next = delivery
                actions.removeFirst()
            }
            if !actions.isEmpty { feed.yield(.room(actions)) }
        }
    }

    private func `defer`(_ delivery: Delivery, _ deferral: LaneDeferral) {
        outbox.add(attempter.defer(delivery, deferral), of: delivery.message, trip: delivery.trip)
    }
}
