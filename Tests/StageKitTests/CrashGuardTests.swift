import Messaging
import StageKit
import Testing

/// Guarantee: a message that ends the process, whenever it is handled, costs no other message.
@Suite struct CrashGuardTests {
    private func message(_ number: UInt64, returned count: Int = 0) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 1, number: number), exchange: "belfry", routingKey: "schedule.due",
            headers: ["x-delivery-count": String(count)], isRedelivered: count > 0, body: [])
    }

    /// The steps of the first batch of a process, whose messages were returned this often.
    private func steps(_ counts: [Int]) -> [String] {
        var guarding = CrashGuard()
        return guarding.steps(for: counts.enumerated().map { message(UInt64($0), returned: $1) }).map { step in
            switch step {
            case .together(let messages): messages.map { String($0.tag.number) }.joined(separator: "+")
            case .alone(let message): "\(message.tag.number)"
            case .setAside(let message): "-\(message.tag.number)"
            }
        }
    }

    @Test(arguments: [
        ([0, 0, 0], ["0+1+2"]), ([1, 1, 0], ["0+1+2"]), ([2, 0, 0], ["0", "1+2"]),
        ([0, 0, 2, 3, 1, 0], ["0+1", "2", "3", "4+5"]),
        ([9, 9], ["0", "1"]), ([10, 10, 0], ["-0", "1", "2"]), ([0, 10, 19], ["0", "1", "2"]), ([], []),
    ])
    func `messages that were returned twice are handled alone, and the first with ten returns is set aside`(
        counts: [Int], expected: [String]
    ) {
        #expect(steps(counts) == expected)
    }

    @Test func `only the first message of a process is set aside`() {
        var guarding = CrashGuard()
        _ = guarding.steps(for: [message(1)])
        #expect(guarding.steps(for: [message(2, returned: 15)]) == [.alone(message(2, returned: 15))])
    }

    @Test func `a publisher cannot forge the count of a message that the broker delivers for the first time`() {
        var forged = message(1, returned: 15)
        forged.isRedelivered = false
        var guarding = CrashGuard()
        #expect(guarding.steps(for: [forged]) == [.together([forged])])
    }

    /// A process that dies of certain messages, a supervisor that starts it again, and a broker that counts returns.
    private struct Model {
        var counts: [Int]
        let culprits: Set<Int>
        let prefetch: Int
        private(set) var acked: Set<Int> = []
        private(set) var setAside: Set<Int> = []
        private(set) var lostAtTheLimit: Set<Int> = []
        private(set) var queue: [Int]

        init(count: Int, culprits: Set<Int>, prefetch: Int) {
            (counts, queue) = ([Int](repeating: 0, count: count), Array(0..<count))
            (self.culprits, self.prefetch) = (culprits, prefetch)
        }

        /// The life of one process, from its start to its death or to an empty queue.
        mutating func live() {
            var guarding = CrashGuard()
            while !queue.isEmpty {
                let held = Array(queue.prefix(prefetch))
                let batch = held.map { number in
                    InboundMessage(
                        tag: MessageTag(epoch: 1, number: UInt64(number)), exchange: "belfry",
                        routingKey: "schedule.due", headers: ["x-delivery-count": String(counts[number])],
                        isRedelivered: counts[number] > 0, body: [])
                }
                for step in guarding.steps(for: batch) {
                    let handled: [Int]
                    switch step {
                    case .together(let messages): handled = messages.map { Int($0.tag.number) }
                    case .alone(let message): handled = [Int(message.tag.number)]
                    case .setAside(let message):
                        setAside.insert(Int(message.tag.number))
                        queue.removeFirst()
                        continue
                    }
                    guard culprits.isDisjoint(with: handled) else { return die(holding: queue.prefix(prefetch)) }
                    acked.formUnion(handled)
                    queue.removeFirst(handled.count)
                }
            }
        }

        private mutating func die(holding held: ArraySlice<Int>) {
            for number in held {
                counts[number] += 1
                if counts[number] > 20 { lostAtTheLimit.insert(number) }
            }
            queue.removeAll(where: lostAtTheLimit.contains)
        }
    }

    @Test(arguments: [[0], [999], [1_500], [3, 4, 5], [0, 500, 999, 1_000, 1_999], Array(400..<410)])
    func `however they lie in the queue, only the messages that end the process are lost to it`(culprits: [Int]) {
        var model = Model(count: 2_000, culprits: Set(culprits), prefetch: 1_000)
        var lives = 0
        while !model.queue.isEmpty, lives < 1_000 {
            model.live()
            lives += 1
        }
        #expect(model.setAside.union(model.lostAtTheLimit) == Set(culprits))
        #expect(model.acked.count == 2_000 - culprits.count)
    }
}
