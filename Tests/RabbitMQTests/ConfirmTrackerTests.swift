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

    @Test func `a refusal of one message fails its batch and no other`() {
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

    @Test func `a refusal of what is only said to whoever listens is no failure`() {
        var tracker = ConfirmTracker()
        let batch = tracker.begin(isMandatory: [true, false], destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: false).isEmpty)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true) == [.init(batch: batch, failure: nil)])
    }

    @Test func `a listener that never confirms holds a batch for a while, and no other`() {
        var tracker = ConfirmTracker()
        let silent = tracker.begin(isMandatory: [true, false], destinations: [home], at: start)
        let ours = tracker.begin(isMandatory: [true], destinations: [home], at: start)
        #expect(tracker.confirmed(tag: 1, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.giveUpOptional(publishedBefore: start).isEmpty)
        #expect(tracker.giveUpOptional(publishedBefore: start + .seconds(1)) == [.init(batch: silent, failure: nil)])
        // The listener's confirm comes after all: it is nobody's.
        #expect(tracker.confirmed(tag: 2, multiple: false, isAccepted: true).isEmpty)
        #expect(tracker.confirmed(tag: 3, multiple: false, isAccepted: true) == [.init(batch: ours, failure: nil)])
    }

    @Test func `the longest wait is the oldest batch's, whatever is confirmed behind it`() {
        var tracker = ConfirmTracker()
        _ = tracker.begin(isMandatory: [true], destinations: [home], at: start)
        _ = tracker.begin(isMandatory: [true], destinations: [home], at: start + .seconds(9))
        _ = tracker.confirmed(tag: 2, multiple: false, isAccepted: true)
        #expect(tracker.oldestPublishedAt == start)
        tracker.restartWaits(at: start + .seconds(20))
        #expect(tracker.oldestPublishedAt == start + .seconds(20))
    }

    @Test func `a confirm that comes twice counts once`() {
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

@Suite struct AckLedgerTests {
    private func ledger(_ tags: ClosedRange<UInt64>) -> AckLedger {
        var ledger = AckLedger()
        for tag in tags { ledger.delivered(tag) }
        return ledger
    }

    @Test func `a whole batch is acknowledged by one frame`() {
        var ledger = ledger(1...500)
        #expect(ledger.settle(Set(1...500)) == [.init(tag: 500, multiple: true)])
    }

    @Test func `another consumer's delivery in between is never acknowledged along`() {
        var ledger = ledger(1...6)
        let frames = ledger.settle([1, 2, 4, 6])
        #expect(
            frames == [.init(tag: 2, multiple: true), .init(tag: 4, multiple: false), .init(tag: 6, multiple: false)])
        #expect(ledger.settle([3, 5]) == [.init(tag: 5, multiple: true)])
    }

    @Test func `no tag is acknowledged twice, which would close the channel`() {
        var ledger = ledger(1...3)
        #expect(ledger.settle([2]) == [.init(tag: 2, multiple: false)])
        #expect(ledger.settle([2]) == [])
        #expect(ledger.settle([1, 2, 3]) == [.init(tag: 3, multiple: true)])
        #expect(ledger.settle([9]) == [])
    }
}

@Suite struct BrokerURLTests {
    @Test func `every part of a URL is read, with its defaults`() throws {
        let full = try BrokerURL(parsing: "amqps://jo%40x:p%2Fw@mq.example:5999/a%2Fb")
        #expect(full.host == "mq.example" && full.port == 5_999 && full.usesTLS)
        #expect(full.user == "jo@x" && full.password == "p/w" && full.virtualHost == "a/b")
        let bare = try BrokerURL(parsing: "amqp://mq")
        #expect(bare.port == 5_672 && bare.user == "guest" && bare.password == "guest" && bare.virtualHost == "/")
        #expect(try BrokerURL(parsing: "amqps://[::1]").port == 5_671)
        #expect(try BrokerURL.list(parsing: "amqp://a,amqp://b:1").map(\.host) == ["a", "b"])
    }

    @Test(arguments: [
        "", "http://x", "amqp://", "amqp://x:0", "amqp://x:port", "amqp://u:%zz@x", "amqp://x,", "amqp://u%00:p@x",
        "amqp://u:zq/ss@x",
    ])
    func `a wrong URL is refused, and its password not repeated`(text: String) {
        let error = #expect(throws: BrokerURLError.self) { try BrokerURL.list(parsing: text) }
        #expect(error?.description.contains("zq") == false)
    }

    @Test func `a URL in a log has no password`() throws {
        let text = try BrokerURL(parsing: "amqp://jo:secret@mq/v").description
        #expect(text == "amqp://jo:***@mq:5672/v")
    }
}
