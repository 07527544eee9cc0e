import Foundation
public import JobCore
import Synchronization

/// Runs tasks on one thread, one job after the other in the order in which they become ready, and turns a clock by hand
/// when none can go on. So a stage that waits runs in no time, and the same input leads to the same order of events.
///
/// All that the tasks wait for must be within the simulation: its `sleep`, actors without an executor of their own,
/// continuations that its own tasks resume. `Task { }` and `Task.detached` leave it.
public final class Simulation: TaskExecutor, TimeSource {
    private struct Sleeper {
        var wakeAtMilliseconds: Int64
        var isOver: @Sendable () -> Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var ready: [UnownedJob] = []
        var isRunning = false
        var lastID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
    }

    private let state = Mutex(State())
    private let clock: any TimeSource
    private let turn: @Sendable (Int64) -> Void

    /// `turn` moves `clock` on by its argument.
    public init(_ clock: any TimeSource, turn: @escaping @Sendable (_ milliseconds: Int64) -> Void) {
        self.clock = clock
        self.turn = turn
    }

    public func now() -> Instant { clock.now() }
    public func monotonicMilliseconds() -> Int64 { clock.monotonicMilliseconds() }

    /// Runs an operation, and all child tasks of it, in this simulation.
    public func run<Value: Sendable>(_ operation: @Sendable () async throws -> Value) async rethrows -> Value {
        try await withTaskExecutorPreference(self) { try await operation() }
    }

    public func sleep(milliseconds: Int64) async throws {
        try await sleep(milliseconds: milliseconds, unless: { false })
    }

    /// Sleeps, and wakes early once nothing can go on and `isOver` is true.
    public func sleep(milliseconds: Int64, unless isOver: @escaping @Sendable () -> Bool) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let wakeAt = monotonicMilliseconds() + milliseconds
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.sleepers[id] = Sleeper(
                        wakeAtMilliseconds: wakeAt, isOver: isOver, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation
                .resume(throwing: CancellationError())
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let startsThread = state.withLock { state in
            state.ready.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        // A thread for as long as there is work. A task could not be used: jobs do not run within other tasks' jobs.
        if startsThread { Thread.detachNewThread { self.work() } }
    }

    private func work() {
        while true {
            while let job = state.withLock({ $0.ready.isEmpty ? nil : $0.ready.removeFirst() }) {
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
            if wakeNext() { continue }
            let isDone = state.withLock { state in
                state.isRunning = !state.ready.isEmpty || !state.sleepers.isEmpty
                return !state.isRunning
            }
            if isDone { return }
        }
    }

    /// Wakes the sleeper whose wait is over, or else the one whose time comes first; the clock is turned to that time.
    private func wakeNext() -> Bool {
        let sleepers = state.withLock { $0.sleepers }
        let order = sleepers.sorted { ($0.value.wakeAtMilliseconds, $0.key) < ($1.value.wakeAtMilliseconds, $1.key) }
        guard let next = order.first(where: { $0.value.isOver() }) ?? order.first else { return false }
        guard let woken = state.withLock({ $0.sleepers.removeValue(forKey: next.key) }) else { return true }
        if !woken.isOver() { turn(max(0, woken.wakeAtMilliseconds - monotonicMilliseconds())) }
        woken.continuation.resume()
        return true
    }
}
