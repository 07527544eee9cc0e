import Messaging
import Testing

@testable import RabbitMQ

@Suite struct ConfirmTrackerTests {
    private let home = ConfirmTracker.Destination(exchange: "belfry", routingKey: "schedule.due")
    private let start = ContinuousClock.now
    private let nowhere = ConfirmTracker.Destination(exchange: "belfry", routingKey: "no.such")

    @Test func `a batch is finished by its last confirm, not before`() {
        var tracker = ConfirmTracker()
        let batch = tracker.begin(isMandatory: [Bool](repeating: true, count: 3), destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 3, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: true) == [.init(batch: batch, failure: nil)])
        #expect(tracker.isEmpty)
    }

    @Test func `one multiple confirm finishes several batches`() {
        var tracker = ConfirmTracker()
        let first = tracker.begin(isMandatory: [Bool](repeating: true, count: 2), destinations: [home], at: start)
        let second = tracker.begin(isMandatory: [Bool](repeating: true, count: 1), destinations: [home], at: start)
        let third = tracker.begin(isMandatory: [Bool](repeating: true, count: 1), destinations: [home], at: start)
        let finished = tracker.confirmed(tag: 3, multiple: true, isAccepted: true)
        #expect(finished == [.init(batch: first, failure: nil), .init(batch: second, failure: nil)])
        #expect(tracker.confirmed(tag: 4, multiple: true, isAccepted: true) == [.init(batch: third, failure: nil)])
    }

    @Test func `a nack of one message fails its batch and no other`() {
        var tracker = ConfirmTracker()
        let refused = tracker.begin(isMandatory: [Bool](repeating: true, count: 2), destinations: [home], at: start)
        let fine = tracker.begin(isMandatory: [Bool](repeating: true, count: 1), destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: false).isEmpty)
        #expect(
            tracker.confirmed(tag: 3, multiple: true, isAccepted: true)
                == [.init(batch: refused, failure: .refused), .init(batch: fine, failure: nil)])
    }

    @Test func `a returned message fails the batch that published to that place, though the broker confirms it`() {
        var tracker = ConfirmTracker()
        let fine = tracker.begin(isMandatory: [Bool](repeating: true, count: 1), destinations: [home], at: start)
        let lost = tracker.begin(
            isMandatory: [Bool](repeating: true, count: 2), destinations: [home, nowhere], at: start)
        tracker.returned(nowhere)
        #expect(
            tracker.confirmed(tag: 3, multiple: true, isAccepted: true) == [
                .init(batch: fine, failure: nil),
                .init(batch: lost, failure: .unroutable(exchange: "belfry", routingKey: "no.such")),
            ])
    }

    @Test func `a nack of an event, from a subscriber's full queue, is no failure`() {
        var tracker = ConfirmTracker()
        let batch = tracker.begin(isMandatory: [true, false], destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: false).isEmpty)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true) == [.init(batch: batch, failure: nil)])
    }

    @Test func `a subscriber's queue that never confirms holds its batch for a while, and no other`() {
        var tracker = ConfirmTracker()
        let silent = tracker.begin(isMandatory: [true, false], destinations: [home], at: start)
        let ours = tracker.begin(isMandatory: [true], destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.giveUpOptional(publishedBefore: start).isEmpty)
        #expect(tracker.giveUpOptional(publishedBefore: start + .seconds(1)) == [.init(batch: silent, failure: nil)])
        // The confirm arrives after all, and is ignored.
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.confirmed(tag: 3, multiple: false, isAccepted: true) == [.init(batch: ours, failure: nil)])
    }

    @Test func `the longest wait is the oldest batch's, even when a later batch is confirmed first`() {
        var tracker = ConfirmTracker()
        _ = tracker.begin(isMandatory: [true], destinations: [home], at: start)
        _ = tracker.begin(isMandatory: [true], destinations: [home], at: start + .seconds(9))
        _ = tracker.confirmed(tag: 2, multiple: false, isAccepted: true)
        #expect(tracker.oldestPublishedAt == start)
        tracker.restartWaits(at: start + .seconds(20))
        #expect(tracker.oldestPublishedAt == start + .seconds(20))
    }

    @Test func `a confirm that arrives twice counts once`() {
        var tracker = ConfirmTracker()
        let batch = tracker.begin(isMandatory: [Bool](repeating: true, count: 2), destinations: [home], at: start)
        _ = tracker.confirmed(tag: 1, multiple: false, isAccepted: true)
        #expect(tracker.confirmed(tag: 1, multiple: true, isAccepted: true).isEmpty)
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: true) == [.init(batch: batch, failure: nil)])
    }

    @Test func `tags begin again on a new channel, while a batch id never means two batches`() {
        var tracker = ConfirmTracker()
        let old = tracker.begin(isMandatory: [Bool](repeating: true, count: 5), destinations: [home], at: start)
        tracker = ConfirmTracker(after: tracker)
        let new = tracker.begin(isMandatory: [Bool](repeating: true, count: 1), destinations: [home], at: start)
        #expect(new != old)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true) == [.init(batch: new, failure: nil)])
    }
}
