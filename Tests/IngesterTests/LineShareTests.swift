import Determinism
import JobCore
import Testing

@testable import Ingester

@Suite struct LineShareTests {
    private static let lines = ReportLine.allCases

    @Test func `a recorder is active on the lines from which something came within five seconds`() {
        var share = LineShare()
        #expect(share.active(at: 0).isEmpty)
        share.heard(Self.lines[1], at: 1_000)
        share.heard(Self.lines[3], at: 4_000)
        #expect(share.active(at: 6_000) == [Self.lines[1], Self.lines[3]])
        #expect(share.active(at: 6_001) == [Self.lines[3]])
    }

    @Test(arguments: [
        (own: 4, others: [0], gives: true), (own: 3, others: [1], gives: true), (own: 2, others: [2, 0], gives: true),
        (own: 4, others: [], gives: false), (own: 2, others: [2], gives: false),
        (own: 2, others: [1, 1], gives: false),
        (own: 1, others: [0], gives: false), (own: 0, others: [4], gives: false),
    ])
    func `a recorder gives a line away if another has at least two less, and each decision gives one line`(
        own: Int, others: [Int], gives: Bool
    ) {
        var share = LineShare()
        for line in Self.lines.prefix(own) { share.heard(line, at: 0) }
        share.compare(with: others, at: 0)
        let given = Self.lines.filter { line in
            share.heard(line, at: 0)
            return share.gives(line)
        }
        #expect(given.count == (gives ? 1 : 0))
        #expect(Self.lines.allSatisfy { !share.gives($0) })
    }

    @Test func `a decision to give a line away does not outlive the next comparison`() {
        var share = LineShare()
        for line in Self.lines { share.heard(line, at: 0) }
        share.compare(with: [0], at: 0)
        share.compare(with: [3], at: 0)
        #expect(Self.lines.allSatisfy { !share.gives($0) })
    }

    /// A broker that hands a line to the subscriber that has waited longest, and recorders that compare in any order.
    @Test(arguments: UInt64(1)...20)
    func `the lines of one to six recorders, the first of which begins with all, end up spread and stay so`(
        seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        let count = random.int(1...6)
        var shares = Array(repeating: LineShare(), count: count)
        // The first subscriber of a line is active.
        var subscribers = Self.lines.map { _ in Array(0..<count) }
        var noted = Array(repeating: 0, count: count)
        var moves: [Int] = []
        for round in Int64(1)...30 {
            let now = round * 6_000
            moves.append(0)
            for recorder in Array(0..<count).shuffled(using: &random) {
                for (index, line) in Self.lines.enumerated() where subscribers[index].first == recorder {
                    shares[recorder].heard(line, at: now)
                }
                noted[recorder] = shares[recorder].active(at: now).count
                let others = noted.indices.filter { $0 != recorder }.map { noted[$0] }
                shares[recorder].compare(with: others, at: now)
                for (index, line) in Self.lines.enumerated() where subscribers[index].first == recorder {
                    guard shares[recorder].gives(line) else { continue }
                    subscribers[index].append(subscribers[index].removeFirst())
                    moves[moves.count - 1] += 1
                }
            }
        }
        let held = (0..<count).map { recorder in subscribers.count { $0.first == recorder } }
        #expect((held.max() ?? 0) - (held.min() ?? 0) <= 1, "\(held)")
        #expect(moves.suffix(10).allSatisfy { $0 == 0 }, "\(moves)")
    }
}
