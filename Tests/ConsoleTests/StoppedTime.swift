import JobCore

/// A clock that stands still. A sleep ends with its task only.
struct StoppedTime: TimeSource {
    func now() -> Instant { ConsoleAPI.now }
    func monotonicMilliseconds() -> Int64 { 0 }
    func sleep(milliseconds: Int64) async throws { try await Task.sleep(for: .seconds(3_600)) }
}
