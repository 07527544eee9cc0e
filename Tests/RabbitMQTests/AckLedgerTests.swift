import Messaging
import Testing

@testable import RabbitMQ

@Suite struct AckLedgerTests {
    private func ledger(_ tags: ClosedRange<UInt64>) -> AckLedger {
        var ledger = AckLedger()
        for tag in tags { ledger.delivered(tag, from: .dispatcherDue, bytes: 10) }
        return ledger
    }

    @Test func `a message tag that does not ascend ends the process`() async {
        await #expect(processExitsWith: .failure) {
            var ledger = AckLedger()
            ledger.delivered(2, from: .dispatcherDue, bytes: 0)
            ledger.delivered(2, from: .dispatcherDue, bytes: 0)
        }
    }

    @Test func `a whole batch is acknowledged by one frame`() {
        var ledger = ledger(1...500)
        #expect(ledger.settle(Set(1...500)) == [.init(tag: 500, multiple: true)])
    }

    @Test func `another consumer's message in between is never acknowledged along with a batch`() {
        var ledger = ledger(1...6)
        let frames = ledger.settle([1, 2, 4, 6])
        #expect(
            frames == [.init(tag: 2, multiple: true), .init(tag: 4, multiple: false), .init(tag: 6, multiple: false)])
        #expect(ledger.settle([3, 5]) == [.init(tag: 5, multiple: true)])
    }

    @Test func `no message is acknowledged twice, which would close the channel`() {
        var ledger = ledger(1...3)
        #expect(ledger.settle([2]) == [.init(tag: 2, multiple: false)])
        #expect(ledger.settle([2]) == [])
        #expect(ledger.settle([1, 2, 3]) == [.init(tag: 3, multiple: true)])
        #expect(ledger.settle([9]) == [])
    }

    @Test func `the bytes of messages count until they are acknowledged or requeued`() {
        var ledger = ledger(1...3)
        #expect(ledger.bytes == 30)
        _ = ledger.settle([2])
        #expect(ledger.bytes == 20)
        _ = ledger.release(.dispatcherDue)
        #expect(ledger.bytes == 0)
    }

    @Test func `the messages of one queue are requeued in their order, and those of others stay`() {
        var ledger = ledger(1...2)
        ledger.delivered(3, from: .dispatcherRuns, bytes: 1)
        ledger.delivered(4, from: .dispatcherDue, bytes: 1)
        let tags = ledger.release(.dispatcherDue)
        #expect(tags == [1, 2, 4])
        #expect(ledger.settle([1, 2, 3, 4]) == [.init(tag: 3, multiple: false)])
    }
}
