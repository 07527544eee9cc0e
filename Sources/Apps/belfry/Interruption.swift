import Foundation
import Synchronization
import UnixSignals

/// Notices Ctrl-C and SIGTERM, so that a command ends between two requests and can say what was done. The second one
/// ends it at once.
final class Interruption: Sendable {
    private let requested = Atomic<Bool>(false)

    /// Whether the command should end.
    var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Begins to notice. It goes on until the process ends.
    static func watch() async -> Interruption {
        let interruption = Interruption()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        // Without a parent: it has to see signals while the command waits for an answer.
        Task {
            for await _ in signals {
                if interruption.requested.exchange(true, ordering: .relaxed) { Foundation.exit(1) }
                Output.note("Stopping after this request. Again to stop at once.")
            }
        }
        return interruption
    }

    /// Waits until an instant, but not longer than until the command should end.
    func sleep(until end: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < end, !isRequested {
            try await Task.sleep(until: min(end, .now + .milliseconds(200)), clock: .continuous)
        }
    }
}
