import Determinism
import HeapModule
import JobCore
import Messaging

@testable import Courier

/// One courier in simulated time: deliveries that are all due at once, targets that answer or do not, and the retry
/// ladder. It takes its messages in order, as a queue gives them, while the window has room.
struct LanesSimulation {
    enum Behaviour {
        case answers(afterMilliseconds: Int64)
        /// Accepts connections, and never answers.
        case hangs
        /// Refuses connections, or has no address.
        case fails(afterMilliseconds: Int64)
    }

    struct Target {
        var count: Int
        var behaviour: Behaviour
    }

    /// What one target got.
    struct Outcome {
        /// When its attempts began, in milliseconds, in ascending order.
        var startedAt: [Int64] = []
        var lastEndedAt: Int64 = 0
        var deferralsPerDelivery = 0.0

        /// The instant by which this share of the deliveries had begun, in seconds.
        func seconds(_ share: Double) -> Double {
            Double(startedAt[min(startedAt.count - 1, Int(Double(startedAt.count) * share))]) / 1_000
        }
    }

    private enum Event {
        case take, tick
        case back(Delivery)
        case ended(Delivery)
    }

    private struct Entry: Comparable {
        var at: Int64
        var number: Int
        var event: Event

        static func < (left: Entry, right: Entry) -> Bool { (left.at, left.number) < (right.at, right.number) }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    static let windowSize = 1_000
    static let inFlightLimit = 128
    private static let timeoutMicroseconds: Int64 = 15_000_000
    private static let tickMicroseconds = Lane.probeMilliseconds * 1_000
    private static let takeMicroseconds: Int64 = 125
    private static let deferMicroseconds: Int64 = 250

    private let targets: [String: Target]
    private var random: SplitMix64
    private var lanes = Lanes(windowSize: windowSize, inFlightLimit: inFlightLimit, jitteringLimit: 0)
    private var events = Heap<Entry>()
    private var eventCount = 0
    private var queue: [Delivery] = []
    private var taken = 0
    private var inHand = 0
    private var isTaking = true
    private var unended: Int
    private(set) var outcomes: [String: Outcome] = [:]
    /// The most deliveries that lanes which are not proven held together.
    private(set) var unprovenMax = 0
    private(set) var inFlightMax = 0

    init(_ targets: [String: Target], seed: UInt64) {
        self.targets = Dictionary(uniqueKeysWithValues: targets.map { ("https://\($0.key).example", $0.value) })
        random = SplitMix64(seed: seed)
        unended = targets.values.reduce(0) { $0 + $1.count }
        var number: UInt64 = 0
        for (origin, target) in self.targets.sorted(by: { $0.key < $1.key }) {
            for _ in 0..<target.count {
                number += 1
                queue.append(Self.delivery(number, of: origin))
            }
        }
        queue.shuffle(using: &random)
    }

    private static func delivery(_ number: UInt64, of origin: String) -> Delivery {
        let request = Sample.request {
            $0.executionID = ExecutionID(namespace: $0.jobName.id.uuid, name: "\(number)")
            $0.target.address = origin
        }
        let message = InboundMessage(
            tag: MessageTag(epoch: 0, number: number), exchange: "belfry", routingKey: RoutingKey.deliveryRequested,
            body: [])
        return Delivery(request: request, message: message)
    }

    /// Runs until every delivery to a target that answers has ended.
    mutating func run() {
        unended = targets.values.reduce(0) {
            if case .answers = $1.behaviour { $0 + $1.count } else { $0 }
        }
        at(0, .take)
        at(Self.tickMicroseconds, .tick)
        while unended > 0, let entry = events.popMin() { handle(entry.event, entry.at) }
        for (origin, target) in targets {
            outcomes[origin]?.startedAt.sort()
            outcomes[origin]?.deferralsPerDelivery /= Double(target.count)
        }
    }

    func outcome(of name: String) -> Outcome { outcomes["https://\(name).example"] ?? Outcome() }

    private mutating func at(_ microseconds: Int64, _ event: Event) {
        eventCount += 1
        events.insert(Entry(at: microseconds, number: eventCount, event: event))
    }

    private mutating func handle(_ event: Event, _ now: Int64) {
        switch event {
        case .back(let delivery): queue.append(delivery)
        case .tick:
            for action in lanes.tick(nowMilliseconds: now / 1_000) { carryOut(action, now) }
            at(now + Self.tickMicroseconds, .tick)
        case .ended(let delivery): ended(delivery, now)
        case .take:
            isTaking = taken < queue.count && inHand < Self.windowSize
            guard isTaking else { return }
            let delivery = queue[taken]
            taken += 1
            inHand += 1
            let action = lanes.admit(delivery, nowMilliseconds: now / 1_000) { 0 }
            carryOut(action, now)
            var cost = Self.takeMicroseconds
            if case .defer = action { cost += Self.deferMicroseconds }
            return at(now + cost, .take)
        }
        unprovenMax = max(unprovenMax, lanes.window.held.unproven)
        inFlightMax = max(inFlightMax, lanes.window.held.inFlight)
        guard !isTaking, taken < queue.count, inHand < Self.windowSize else { return }
        isTaking = true
        at(now, .take)
    }

    private mutating func ended(_ delivery: Delivery, _ now: Int64) {
        var outcome = LaneOutcome.failed
        if case .answers = targets[delivery.laneName]?.behaviour {
            outcome = .answered
            unended -= 1
        }
        inHand -= 1
        outcomes[delivery.laneName, default: Outcome()].lastEndedAt = now / 1_000
        let actions = lanes.finished(delivery, outcome, nowMilliseconds: now / 1_000)
        _ = lanes.settled([delivery.trip])
        for action in actions { carryOut(action, now) }
    }

    private mutating func carryOut(_ action: LaneAction, _ now: Int64) {
        switch action {
        case .start(let delivery):
            outcomes[delivery.laneName, default: Outcome()].startedAt.append(now / 1_000)
            switch targets[delivery.laneName]?.behaviour {
            case .answers(let milliseconds), .fails(let milliseconds):
                at(now + milliseconds * 1_000, .ended(delivery))
            case .hangs, nil: at(now + Self.timeoutMicroseconds, .ended(delivery))
            }
        case .defer(let delivery, let deferral):
            inHand -= 1
            outcomes[delivery.laneName, default: Outcome()].deferralsPerDelivery += 1
            _ = lanes.settled([delivery.trip])
            var request = delivery.request
            request.deferrals.count += 1
            let back = Delivery(
                request: request, message: delivery.message, turnMilliseconds: deferral.turnMilliseconds)
            at(now + deferral.stepSeconds * 1_000_000 + Int64(random.int(0...50_000)), .back(back))
        case .ask, .wait, .startAfterJitter, .giveBack, .joinDuplicate: break
        }
    }
}
