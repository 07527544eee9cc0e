import JobCore
import Testing

/// Guarantee: silence counts only while callbacks could be received, and a ttl only while deliveries could be made.
@Suite struct `The progress of a line of reports` {
    private static let start = Instant(secondsSinceEpoch: 4_000_000)

    private static func at(_ milliseconds: Int64) -> Instant { start.adding(milliseconds: milliseconds) }

    /// Signs of life at these milliseconds, and since when callbacks can then be received.
    @Test(
        arguments: [
            ([0], 0), ([0, 1_000, 4_000], 0), ([0, 1_000, 4_001], 4_001), ([0, 60_000, 61_000], 60_000),
            // Two endpoints whose signs arrive out of order leave no gap.
            ([0, 2_000, 1_500, 4_900], 0),
            // A clock that was set back by more than a minute begins anew.
            ([100_000, 39_999], 39_999), ([100_000, 40_000], 100_000),
        ] as [([Int64], Int64)])
    func `a gap of more than 3 s between signs of life begins the count anew`(signs: [Int64], since: Int64) {
        var progress = LineProgress()
        for sign in signs { progress.receive(signOfLifeAt: Self.at(sign)) }
        #expect(progress.reachableSince == Self.at(since))
    }

    @Test func `callbacks could be received until 3 s after the latest sign of life`() {
        var progress = LineProgress()
        #expect(!progress.hadCallbacks(at: Self.at(0)))
        progress.receive(signOfLifeAt: Self.at(2_000))
        progress.receive(signOfLifeAt: Self.at(1_000))
        #expect(progress.hadCallbacks(at: Self.at(5_000)))
        #expect(!progress.hadCallbacks(at: Self.at(5_001)))
    }

    /// Marks as (made, taken) in milliseconds, and since when deliveries can then be made.
    @Test(
        arguments: [
            ([(0, 10)], 10), ([(0, 10), (5_000, 5_020), (20_000, 20_010)], 10),
            ([(0, 10), (15_001, 15_020)], 15_020),
            // The couriers were down, or had a backlog: the marks waited in their queue.
            ([(0, 10), (5_000, 15_001)], 15_001), ([(0, 10), (5_000, 15_000)], 10),
            ([(0, 30_000), (5_000, 30_000), (10_000, 30_001)], 30_001),
        ] as [([(Int64, Int64)], Int64)])
    func `a mark that comes late or after a gap begins the ttl of undelivered runs anew`(
        marks: [(made: Int64, taken: Int64)], since: Int64
    ) {
        var progress = LineProgress()
        for mark in marks { progress.receive(markMadeAt: Self.at(mark.made), takenAt: Self.at(mark.taken)) }
        #expect(progress.deliverableSince == Self.at(since))
    }

    @Test func `everything requested before a mark that a courier took has reached a courier`() {
        var progress = LineProgress()
        #expect(!progress.hasDelivered(through: Self.at(0)))
        progress.receive(markMadeAt: Self.at(5_000), takenAt: Self.at(5_010))
        progress.receive(markMadeAt: Self.at(4_000), takenAt: Self.at(5_020))
        #expect(progress.hasDelivered(through: Self.at(5_000)))
        #expect(!progress.hasDelivered(through: Self.at(5_001)))
    }

    @Test func `all lines together have come as far as the last of them`() {
        let some = LineProgress(
            reachableSince: Self.at(1), latestSignAt: Self.at(9), deliverableSince: Self.at(2),
            latestMarkAt: Self.at(8))
        let other = LineProgress(
            reachableSince: Self.at(3), latestSignAt: Self.at(7), deliverableSince: Self.at(1),
            latestMarkAt: Self.at(6))
        #expect(
            LineProgress.least(of: [some, other])
                == LineProgress(
                    reachableSince: Self.at(3), latestSignAt: Self.at(7), deliverableSince: Self.at(2),
                    latestMarkAt: Self.at(6)))
        #expect(LineProgress.least(of: [some, LineProgress()]) == LineProgress())
    }

    @Test func `every execution has one line, and the four lines share the executions evenly`() {
        let ids = (0..<4_000).map { Execution.id(of: JobName(service: "s", job: "j\($0)").id, at: Self.start) }
        let counts = Dictionary(grouping: ids, by: ReportLine.init(of:)).mapValues(\.count)
        #expect(Set(counts.keys) == Set(ReportLine.allCases))
        #expect(counts.values.allSatisfy { (800...1_200).contains($0) })
    }
}
