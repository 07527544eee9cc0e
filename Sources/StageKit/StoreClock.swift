public import JobCore
public import Logging
public import ServiceLifecycle
public import Store
import Synchronization

/// The time by the clock of a store, so that programs on several machines judge deadlines by one clock.
///
///     let time = StoreClock(logger: logger)
///     let services = try await time.follow(store)
///
/// Between two readings of that clock the time goes on by the monotonic clock of this machine, also while the store is
/// unavailable. For a store whose clock is that of this machine, it is the time of this machine.
public final class StoreClock: TimeSource {
    private static let intervalMilliseconds: Int64 = 10_000
    /// After a reading that left more doubt than this, the next one comes soon.
    private static let errorMaxMilliseconds: Int64 = 20
    private static let soonMilliseconds: Int64 = 500
    /// The first reading often takes long, since it connects.
    private static let firstReadings = 3

    private let machine: any TimeSource
    private let logger: Logger
    private let estimate = Mutex<ClockEstimate?>(nil)

    /// `machine` has the clocks of this machine.
    public init(machine: any TimeSource = SystemTime(), logger: Logger) {
        self.machine = machine
        self.logger = logger
    }

    /// The time of the store's clock as far as it is known, else that of this machine.
    public func now() -> Instant {
        guard let estimate = estimate.withLock({ $0 }) else { return machine.now() }
        return estimate.instant(at: machine.monotonicMilliseconds())
    }

    /// That of this machine.
    public func monotonicMilliseconds() -> Int64 { machine.monotonicMilliseconds() }

    /// Suspends the task for about this long. Throws `CancellationError` if the task is cancelled.
    public func sleep(milliseconds: Int64) async throws { try await machine.sleep(milliseconds: milliseconds) }

    /// Reads the store's clock, and returns what goes on reading it: nothing if it is the clock of this machine. Throws
    /// `StoreError` if the clock can't be read.
    public func follow(_ store: any ClockStore) async throws(StoreError) -> [any Service] {
        for _ in 0..<Self.firstReadings where isDoubtful {
            guard try await read(store) else { return [] }
        }
        return [StoreClockReader(clock: self, store: store)]
    }

    /// False if the store has no clock of its own.
    private func read(_ store: any ClockStore) async throws(StoreError) -> Bool {
        let before = machine.monotonicMilliseconds()
        guard let instant = try await store.clock() else { return false }
        let reading = ClockEstimate(instant, from: before, to: machine.monotonicMilliseconds())
        estimate.withLock { if $0?.add(reading) == nil { $0 = reading } }
        return true
    }

    /// Whether the time may be off by so much that the store's clock is to be read again soon.
    private var isDoubtful: Bool {
        estimate.withLock { $0.map { $0.errorMilliseconds > Self.errorMaxMilliseconds } ?? true }
    }

    fileprivate func readAgain(_ store: any ClockStore) async throws {
        try await sleep(milliseconds: isDoubtful ? Self.soonMilliseconds : Self.intervalMilliseconds)
        do {
            _ = try await read(store)
        } catch {
            logger.debug("the store's clock can't be read now", metadata: ["error": "\(error)"])
        }
    }
}

/// Reads the clock of a store now and then, until shutdown.
private struct StoreClockReader: Service {
    let clock: StoreClock
    let store: any ClockStore

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await clock.readAgain(store) }
        }
    }
}
