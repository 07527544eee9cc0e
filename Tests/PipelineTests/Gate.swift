import Dispatch

/// Stops a process at a point and lets it go on later, as SIGSTOP and SIGCONT do: the process runs on a thread of its
/// own (`Simulation`), and this thread stands still.
final class Gate: Sendable {
    private let thawed = DispatchSemaphore(value: 0)
    private let stops: AsyncStream<Void>
    private let stop: AsyncStream<Void>.Continuation

    init() {
        (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Called by the process: stands still until it is thawed.
    func stand() {
        stop.yield()
        thawed.wait()
    }

    /// Waits until the process stands still. False if it has ended without reaching the point.
    func isReached() async -> Bool {
        for await _ in stops { return true }
        return false
    }

    func thaw() { thawed.signal() }

    /// The process has ended.
    func end() { stop.finish() }
}
