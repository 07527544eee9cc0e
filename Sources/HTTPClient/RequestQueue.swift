import Synchronization

/// Requests from callers on any thread to the client's loop, which takes all of them at once.
///
/// An entry holds its caller's continuation, so an answer resumes the caller directly and not by way of the actor.
final class RequestQueue: Sendable {
    /// A request and the caller that waits for its outcome.
    struct Entry: Sendable {
        var id: UInt64
        var request: ClientRequest
        var sentAt: ContinuousClock.Instant
        var continuation: CheckedContinuation<ClientOutcome, Never>

        var deadline: ContinuousClock.Instant { sentAt + .milliseconds(request.timeoutMilliseconds) }

        var latencyMilliseconds: Int {
            let (seconds, attoseconds) = (ContinuousClock.now - sentAt).components
            return Int(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        }
    }

    /// Everything that has arrived since the last `take`.
    struct Batch: Sendable {
        var entries: [Entry] = []
        var cancelled: [UInt64] = []
        var isEmpty: Bool { entries.isEmpty && cancelled.isEmpty }
    }

    /// The answer to `post`. A request that was not accepted is left to its caller to end.
    enum Admission {
        /// `isFirst`: the loop must be interrupted. Later entries of a batch are taken along with the first.
        case accepted(isFirst: Bool)
        /// The caller's task is cancelled.
        case cancelled
        /// The client was stopped.
        case closed
    }

    private struct State {
        var batch = Batch()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    /// An id that no other request of this queue has.
    func newID() -> UInt64 {
        lastID.add(1, ordering: .relaxed).newValue
    }

    /// Adds a request.
    func post(_ entry: Entry) -> Admission {
        state.withLock { state in
            if state.isClosed { return .closed }
            // Under the lock, which `cancel` takes, too: a cancellation is either seen here or enters the queue later.
            if Task.isCancelled { return .cancelled }
            defer { state.batch.entries.append(entry) }
            return .accepted(isFirst: state.batch.isEmpty)
        }
    }

    /// Adds a cancellation. True when the loop must be interrupted for it.
    func cancel(_ id: UInt64) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            defer { state.batch.cancelled.append(id) }
            return state.batch.isEmpty
        }
    }

    /// Takes everything that is there.
    func take() -> Batch {
        state.withLock { state in
            defer { state.batch = Batch() }
            return state.batch
        }
    }

    /// Takes everything that is there, and refuses requests from now on.
    func close() -> Batch {
        state.withLock { state in
            defer { state.batch = Batch() }
            state.isClosed = true
            return state.batch
        }
    }
}
