internal import Synchronization

/// Where callers on any thread leave requests for the client's loop, which takes all of them at once.
///
/// The caller's continuation goes along, so an answer wakes the caller directly and not by way of the actor.
final class RequestQueue: Sendable {
    struct Entry: Sendable {
        var id: UInt64
        var request: ClientRequest
        var sent: ContinuousClock.Instant
        var continuation: CheckedContinuation<ClientOutcome, Never>

        var deadline: ContinuousClock.Instant { sent + .milliseconds(request.timeoutMilliseconds) }

        var latencyMilliseconds: Int {
            let (seconds, attoseconds) = (ContinuousClock.now - sent).components
            return Int(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        }
    }

    struct Batch: Sendable {
        var entries: [Entry] = []
        var cancelled: [UInt64] = []
        var isEmpty: Bool { entries.isEmpty && cancelled.isEmpty }
    }

    enum Admission {
        case accepted(isFirst: Bool)
        case cancelled
        case closed
    }

    private struct State {
        var batch = Batch()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    func newID() -> UInt64 {
        lastID.add(1, ordering: .relaxed).newValue
    }

    /// Adds a request. Only the first of a batch has to interrupt the loop.
    func post(_ entry: Entry) -> Admission {
        state.withLock { state in
            if state.isClosed { return .closed }
            // Asked for under the lock, which `cancel` takes too: a cancellation either shows here or comes after.
            if Task.isCancelled { return .cancelled }
            defer { state.batch.entries.append(entry) }
            return .accepted(isFirst: state.batch.isEmpty)
        }
    }

    /// Adds a cancellation; true when the loop must be interrupted for it.
    func cancel(_ id: UInt64) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            defer { state.batch.cancelled.append(id) }
            return state.batch.isEmpty
        }
    }

    func take() -> Batch {
        state.withLock { state in
            defer { state.batch = Batch() }
            return state.batch
        }
    }

    /// Refuses everything from now on and hands over what nobody has taken.
    func close() -> Batch {
        state.withLock { state in
            defer { state.batch = Batch() }
            state.isClosed = true
            return state.batch
        }
    }
}
