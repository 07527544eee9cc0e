internal import Foundation

/// The machine's clock.
public struct SystemTime: TimeSource {
    public init() {}

    public func now() -> Instant {
        Instant(millisecondsSinceEpoch: Self.read(CLOCK_REALTIME))
    }

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
