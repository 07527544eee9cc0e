import Foundation

/// The clocks of this machine.
public struct SystemTime: TimeSource {
    public init() {}

    /// The wall clock (`CLOCK_REALTIME`).
    public func now() -> Instant {
        Instant(millisecondsSinceEpoch: Self.read(CLOCK_REALTIME))
    }

    /// Milliseconds since the machine was started, time in suspension included (`CLOCK_BOOTTIME`).
    public func monotonicMilliseconds() -> Int64 {
        Self.read(CLOCK_BOOTTIME)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    public func sleep(milliseconds: Int64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
