import CAllocationCount
import Foundation

/// Adds up the time of what is measured, or its allocations: to count makes each allocation slower.
final class Stopwatch {
    private(set) var nanoseconds: Int64 = 0
    private(set) var allocations: UInt64 = 0
    private let countsAllocations: Bool

    init(countsAllocations: Bool) {
        self.countsAllocations = countsAllocations
    }

    /// Runs `body`, which only computes, and takes the processor time of this thread: other work of the machine does
    /// not count. Throws what `body` throws.
    func measure<Value>(_ body: () throws -> Value) rethrows -> Value {
        let begun = start(CLOCK_THREAD_CPUTIME_ID)
        defer { stop(begun) }
        return try body()
    }

    /// Runs `body`, which waits for a disk, and takes the time that passes. Throws what `body` throws.
    func measureElapsed<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        let begun = start(CLOCK_MONOTONIC)
        defer { stop(begun) }
        return try await body()
    }

    private func start(_ clock: clockid_t) -> (clock: clockid_t, nanoseconds: Int64, allocations: UInt64) {
        let before = allocation_count()
        if countsAllocations { allocation_count_enable(true) }
        return (clock, Self.now(clock), before)
    }

    private func stop(_ begun: (clock: clockid_t, nanoseconds: Int64, allocations: UInt64)) {
        nanoseconds += Self.now(begun.clock) - begun.nanoseconds
        allocation_count_enable(false)
        allocations += allocation_count() - begun.allocations
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
