import JobCore
import Messaging

/// The courier's lanes. Their sources are compiled into this program, since the module of the courier keeps them for
/// itself.
enum LaneBenchmarks {
    /// As courierd has them by default.
    private static let windowSize = 1_000
    private static let inFlightLimit = 128
    private static let targetCount = 8

    static func all() throws -> [MicroBenchmark] {
        let deliveries = try (0..<windowSize / 4).map { number in
            var request = Samples.delivery(number)
            request.target.address = "https://service-\(number % targetCount).example.com/jobs"
            return try Delivery(
                reading: Samples.inbound(OutboundMessage(request), number: UInt64(number + 1)), now: Samples.instant,
                nowMilliseconds: 0)
        }
        var now: Int64 = 0
        var single = lanes()
        var next = 0
        var crowd = lanes()
        return [
            MicroBenchmark("lanes: admit, finish and settle a delivery") {
                now += 1
                next = (next + 1) % deliveries.count
                let delivery = deliveries[next]
                MicroBenchmark.keep(single.admit(delivery, nowMilliseconds: now) { 0 })
                MicroBenchmark.keep(single.finished(delivery, .answered, nowMilliseconds: now))
                MicroBenchmark.keep(single.settled([delivery.trip]))
            },
            MicroBenchmark("lanes: feed and finish \(deliveries.count) deliveries of \(targetCount) targets") {
                now += 100
                feed(deliveries, to: &crowd, now)
            },
            MicroBenchmark("lanes: read a delivery") {
                MicroBenchmark.keep(
                    try Delivery(reading: deliveries[0].message, now: Samples.instant, nowMilliseconds: 0))
            },
        ]
    }

    private static func lanes() -> Lanes {
        Lanes(windowSize: windowSize, inFlightLimit: inFlightLimit, jitteringLimit: inFlightLimit)
    }

    /// Admits all deliveries before the first attempt ends. Those that wait start as others end.
    private static func feed(_ deliveries: [Delivery], to lanes: inout Lanes, _ now: Int64) {
        var started: [Delivery] = []
        var ended: [Delivery.Trip] = []
        func take(_ action: LaneAction) {
            switch action {
            case .start(let delivery): started.append(delivery)
            case .defer(let delivery, _), .ask(let delivery), .giveBack(let delivery): ended.append(delivery.trip)
            case .wait, .startAfterJitter, .joinDuplicate: break
            }
        }
        for delivery in deliveries { take(lanes.admit(delivery, nowMilliseconds: now) { 0 }) }
        while let delivery = started.popLast() {
            ended.append(delivery.trip)
            for action in lanes.finished(delivery, .answered, nowMilliseconds: now + 50) { take(action) }
        }
        MicroBenchmark.keep(lanes.settled(ended))
    }
}
