import Determinism
import JobCore
import Messaging
import MessagingTesting
import StageKit
import Synchronization
import Testing

/// A stage that keeps the instants of its passes.
private final class Passes: PeriodicStage {
    let name = "passes"
    let intervalMilliseconds: Int64 = 1_000
    let instants = Mutex<[Instant]>([])

    func pass(at now: Instant) async throws -> PassResult {
        instants.withLock { $0.append(now) }
        return PassResult()
    }
}

@Suite struct `A stage that works by the clock` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)

    private let stage = Passes()
    private let time = HandTime(start)
    private let periodic: Periodic

    init() {
        periodic = Periodic(stage, broker: MemoryBroker(now: Self.start), time: time, logger: Sample.quiet)
    }

    /// What it does can't be undone: it ends runs and removes history.
    @Test(arguments: [8 * 3_600, -8 * 3_600, 31 * 86_400] as [Int64])
    func `makes no pass while the clock is not believed, and goes on when the new time is accepted`(leap: Int64)
        async throws
    {
        try await periodic.runOnce()
        time.setWallClock(Self.start.adding(seconds: leap))
        for _ in 0..<600 {
            try await periodic.runOnce()
            time.pass(milliseconds: 1_000)
        }
        #expect(stage.instants.withLock { $0 } == [Self.start])
        try await periodic.runOnce()
        #expect(stage.instants.withLock { $0 } == [Self.start, Self.start.adding(seconds: leap + 600)])
    }

    @Test func `goes on at once when the clock is corrected`() async throws {
        try await periodic.runOnce()
        time.setWallClock(Self.start.adding(seconds: 86_400))
        try await periodic.runOnce()
        time.setWallClock(Self.start.adding(seconds: 1))
        try await periodic.runOnce()
        #expect(stage.instants.withLock { $0 } == [Self.start, Self.start.adding(seconds: 1)])
    }
}
