import Determinism
import Messaging
import Testing

@testable import RabbitMQ

@Suite final class ConfirmTrackerTests {
    private let home = ConfirmTracker.Destination(exchange: "belfry", routingKey: "schedule.due")
    private let start = ContinuousClock.now
    private let nowhere = ConfirmTracker.Destination(exchange: "belfry", routingKey: "no.such")
    private var tracker = ConfirmTracker()

    private func publish(_ id: UInt64, _ count: Int, to destinations: Set<ConfirmTracker.Destination>? = nil) {
        tracker.begin(id, count: count, destinations: destinations ?? [home], at: start)
        for _ in 0..<count { tracker.sent(at: start) }
    }

    private func confirm(_ tag: UInt64, multiple: Bool = false, isAccepted: Bool = true)
        -> [ConfirmTracker.Finished]
    {
        tracker.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted, at: start)
    }

    @Test func `a batch is finished by its last confirm, not before`() {
        publish(7, 3)
        #expect(confirm(3).isEmpty)
        #expect(confirm(1).isEmpty)
        #expect(confirm(2) == [.init(batch: 7, failure: nil)])
        #expect(tracker.unconfirmedCount == 0)
    }

    @Test func `one multiple confirm finishes several batches`() {
        publish(1, 2)
        publish(2, 1)
        publish(3, 1)
        #expect(confirm(3, multiple: true) == [.init(batch: 1, failure: nil), .init(batch: 2, failure: nil)])
        #expect(confirm(4, multiple: true) == [.init(batch: 3, failure: nil)])
    }

    @Test func `a batch that begins after a later one was confirmed before an earlier one is finished, too`() {
        publish(1, 2)
        publish(2, 2)
        #expect(confirm(3).isEmpty)
        #expect(confirm(4) == [.init(batch: 2, failure: nil)])
        publish(3, 1)
        #expect(confirm(5) == [.init(batch: 3, failure: nil)])
        #expect(confirm(2, multiple: true) == [.init(batch: 1, failure: nil)])
        #expect(tracker.unconfirmedCount == 0)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `each batch is finished by its last confirm, in whatever order the confirms arrive`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var sent: UInt64 = 0
        var missing: [UInt64: Set<UInt64>] = [:]
        var unconfirmed: Set<UInt64> = []
        for step in 1...300 as ClosedRange<UInt64> {
            if Bool.random(using: &random), unconfirmed.count < 50 {
                let count = Int.random(in: 1...4, using: &random)
                publish(step, count)
                let tags = Set(sent + 1...sent + UInt64(count))
                missing[step] = tags
                unconfirmed.formUnion(tags)
                sent += UInt64(count)
            } else if let tag = unconfirmed.sorted().randomElement(using: &random) {
                let isMultiple = Int.random(in: 0..<4, using: &random) == 0
                let tags = unconfirmed.filter { isMultiple ? $0 <= tag : $0 == tag }
                unconfirmed.subtract(tags)
                for batch in missing.keys { missing[batch]?.subtract(tags) }
                let finished = missing.filter(\.value.isEmpty).keys.sorted()
                for batch in finished { missing[batch] = nil }
                #expect(confirm(tag, multiple: isMultiple).map(\.batch).sorted() == finished)
            }
            #expect(tracker.unconfirmedCount == unconfirmed.count)
        }
    }

    @Test func `a nack of one message fails its batch and no other`() {
        publish(1, 2)
        publish(2, 1)
        #expect(confirm(1, isAccepted: false).isEmpty)
        #expect(confirm(3, multiple: true) == [.init(batch: 1, failure: .refused), .init(batch: 2, failure: nil)])
    }

    @Test func `a returned message fails the batch that published to that place, though it is confirmed`() {
        publish(1, 1)
        publish(2, 2, to: [home, nowhere])
        tracker.returned(nowhere)
        #expect(
            confirm(3, multiple: true) == [
                .init(batch: 1, failure: nil),
                .init(batch: 2, failure: .unroutable(exchange: "belfry", routingKey: "no.such")),
            ])
    }

    @Test func `a batch that is sent in pieces is finished by the confirm of its last piece`() {
        tracker.begin(1, count: 3, destinations: [home], at: start)
        tracker.sent(at: start)
        #expect(tracker.unconfirmedCount == 1)
        #expect(confirm(1, multiple: true).isEmpty)
        tracker.sent(at: start)
        tracker.sent(at: start)
        #expect(confirm(3, multiple: true) == [.init(batch: 1, failure: nil)])
    }

    @Test func `a wait is counted from the batch's last message sent or confirmed, not from its beginning`() {
        tracker.begin(1, count: 2, destinations: [home], at: start)
        tracker.sent(at: start + .seconds(30))
        #expect(tracker.oldestProgressAt == start + .seconds(30))
        _ = tracker.confirmed(tag: 1, multiple: false, isAccepted: true, at: start + .seconds(60))
        #expect(tracker.oldestProgressAt == start + .seconds(60))
    }

    @Test func `the longest wait is that of the batch without progress, though others are confirmed`() {
        publish(1, 1)
        tracker.begin(2, count: 1, destinations: [home], at: start + .seconds(9))
        tracker.sent(at: start + .seconds(9))
        _ = confirm(2)
        #expect(tracker.oldestProgressAt == start)
        tracker.restartWaits(at: start + .seconds(20))
        #expect(tracker.oldestProgressAt == start + .seconds(20))
    }

    @Test func `a confirm that arrives twice counts once`() {
        publish(1, 2)
        _ = confirm(1)
        #expect(confirm(1, multiple: true).isEmpty)
        #expect(confirm(2) == [.init(batch: 1, failure: nil)])
    }

    @Test func `a confirm of messages that were confirmed together before, or never sent, counts for no other`() {
        publish(1, 2)
        #expect(confirm(2, multiple: true) == [.init(batch: 1, failure: nil)])
        publish(2, 1)
        #expect(confirm(1, multiple: true).isEmpty)
        #expect(confirm(.max).isEmpty)
        #expect(confirm(.max, multiple: true) == [.init(batch: 2, failure: nil)])
        publish(3, 1)
        #expect(confirm(4) == [.init(batch: 3, failure: nil)])
    }
}
