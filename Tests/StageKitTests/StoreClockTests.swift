import Determinism
import JobCore
import Logging
import StageKit
import Store
import Synchronization
import Testing

/// A store with a clock of its own, or without one.
private final class ClockedStore: ClockStore {
    private let instant: Mutex<Instant?>

    init(_ instant: Instant?) { self.instant = Mutex(instant) }

    func clock() async throws(StoreError) -> Instant? { instant.withLock { $0 } }
}

/// A store that connects before it answers: the first time that takes long.
private final class ConnectingStore: ClockStore {
    private let machine: HandTime
    private let ahead: Int64
    private let connectMilliseconds = Mutex<[Int64]>([1, 600])

    init(machine: HandTime, ahead: Int64) {
        self.machine = machine
        self.ahead = ahead
    }

    func clock() async throws(StoreError) -> Instant? {
        machine.pass(milliseconds: connectMilliseconds.withLock { $0.popLast() } ?? 1)
        return machine.now().adding(milliseconds: ahead)
    }
}

@Suite struct `The time by a store's clock` {
    private static let start = Instant(secondsSinceEpoch: 1_900_000_000)
    private let machine = HandTime(start)

    private func clock() -> StoreClock { StoreClock(machine: machine, logger: Logger(label: "test")) }

    @Test func `is that of this machine until the store's is known, and for a store without a clock`() async throws {
        let time = clock()
        #expect(time.now() == Self.start)
        #expect(try await time.follow(ClockedStore(nil)).isEmpty)
        #expect(time.now() == Self.start)
    }

    @Test func `goes on with the monotonic clock, also when the clock of this machine is set`() async throws {
        let time = clock()
        let ahead = Self.start.adding(seconds: 90)
        #expect(try await time.follow(ClockedStore(ahead)).count == 1)
        #expect(time.now() == ahead)
        machine.pass(milliseconds: 1_500)
        #expect(time.now() == ahead.adding(milliseconds: 1_500))
        machine.setWallClock(Self.start.adding(seconds: -3_600))
        #expect(time.now() == ahead.adding(milliseconds: 1_500))
    }

    @Test func `is right from the beginning, although the first reading takes long`() async throws {
        let time = clock()
        let store = ConnectingStore(machine: machine, ahead: 90_000)
        _ = try await time.follow(store)
        let off = time.now().millisecondsSinceEpoch - machine.now().millisecondsSinceEpoch - 90_000
        #expect(abs(off) <= 2)
    }
}
