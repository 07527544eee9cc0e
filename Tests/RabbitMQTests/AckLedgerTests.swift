import Determinism
import Testing

@testable import RabbitMQ

@Suite struct AckLedgerTests {
    private func ledger(_ tags: ClosedRange<UInt64>) -> AckLedger {
        var ledger = AckLedger()
        for tag in tags { ledger.delivered(tag, from: "due", bytes: 10) }
        return ledger
    }

    @Test func `a message tag that does not ascend ends the process`() async {
        await #expect(processExitsWith: .failure) {
            var ledger = AckLedger()
            ledger.delivered(2, from: "due", bytes: 0)
            ledger.delivered(2, from: "due", bytes: 0)
        }
    }

    @Test func `a whole batch is acknowledged by one frame`() {
        var ledger = ledger(1...500)
        #expect(ledger.settle(1...500) == .init(tag: 500, multiple: true))
        #expect(!ledger.isHolding && ledger.flush().isEmpty)
    }

    @Test func `another consumer's message in between is never acknowledged along with a batch`() {
        var ledger = ledger(1...6)
        #expect(ledger.settle([1, 2, 4, 6]) == .init(tag: 2, multiple: true))
        #expect(ledger.isHolding)
        #expect(ledger.flush() == [.init(tag: 4, multiple: false), .init(tag: 6, multiple: false)])
        #expect(ledger.settle([3, 5]) == .init(tag: 5, multiple: true))
        #expect(!ledger.isHolding)
    }

    @Test func `what is held back is acknowledged with the messages before it`() {
        var ledger = ledger(1...5)
        #expect(ledger.settle([2, 3, 5]) == nil)
        #expect(ledger.settle([1]) == .init(tag: 3, multiple: true))
        #expect(ledger.settle([4]) == .init(tag: 5, multiple: true))
        #expect(!ledger.isHolding && ledger.bytes == 0)
    }

    @Test func `no message is acknowledged twice, which would close the channel`() {
        var ledger = ledger(1...3)
        #expect(ledger.settle([2]) == nil)
        #expect(ledger.flush() == [.init(tag: 2, multiple: false)])
        #expect(ledger.settle([2]) == nil && ledger.flush().isEmpty)
        #expect(ledger.settle([1, 2, 3]) == .init(tag: 3, multiple: true))
        #expect(ledger.settle([9]) == nil && ledger.flush().isEmpty)
    }

    @Test func `while one message stays outstanding, thousands behind it are acknowledged one by one`() {
        var ledger = ledger(1...1)
        for tag: UInt64 in 2...5_000 {
            ledger.delivered(tag, from: "due", bytes: 1)
            #expect(ledger.settle([tag]) == nil)
            #expect(ledger.flush() == [.init(tag: tag, multiple: false)])
        }
        ledger.delivered(5_001, from: "due", bytes: 1)
        #expect(ledger.settle([1, 5_001]) == .init(tag: 5_001, multiple: true))
        #expect(ledger.bytes == 0)
    }

    @Test func `the frames acknowledge what is settled, and nothing else, in any order`() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<200 {
            var (ledger, next): (AckLedger, UInt64) = (AckLedger(), 1)
            var (open, settled): (Set<UInt64>, Set<UInt64>) = ([], [])
            for _ in 0..<40 {
                for _ in 0..<random.int(0...6) {
                    ledger.delivered(next, from: "due", bytes: 3)
                    open.insert(next)
                    next += 1
                }
                let batch = open.subtracting(settled).filter { _ in random.chance(40) }
                settled.formUnion(batch)
                let isFlushed = random.chance(30)
                let frame = ledger.settle(batch)
                for frame in [frame].compactMap(\.self) + (isFlushed ? ledger.flush() : []) {
                    // As the broker reads it.
                    let covered: Set<UInt64> = frame.multiple ? open.filter { $0 <= frame.tag } : [frame.tag]
                    #expect(covered.isSubset(of: settled) && open.isSuperset(of: covered))
                    open.subtract(covered)
                }
                let unsettled = open.subtracting(settled)
                #expect(ledger.isHolding == (open != unsettled) && ledger.bytes == 3 * unsettled.count)
                #expect(!isFlushed || open == unsettled)
                let first = unsettled.min() ?? next
                #expect(open.allSatisfy { $0 >= first }, "what is settled before the first open message is acked")
            }
        }
    }

    @Test func `the bytes of messages count until they are acknowledged or requeued`() {
        var ledger = ledger(1...3)
        #expect(ledger.bytes == 30)
        _ = ledger.settle([2])
        #expect(ledger.bytes == 20)
        _ = ledger.release("due")
        #expect(ledger.bytes == 0)
    }

    @Test func `the messages of one queue are requeued in their order, and those of others stay`() {
        var ledger = ledger(1...2)
        ledger.delivered(3, from: "runs", bytes: 1)
        ledger.delivered(4, from: "due", bytes: 1)
        let tags = ledger.release("due")
        #expect(tags == [1, 2, 4])
        #expect(ledger.settle([1, 2, 3, 4]) == .init(tag: 3, multiple: false))
    }
}
