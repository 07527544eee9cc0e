internal import Synchronization

/// Where callers on any thread leave requests for the client's loop, which takes all of them at once.
///
/// The caller's continuation goes along, so an answer wakes the caller directly and not by way of the actor.
final class Mailbox: Sendable {
    struct Letter: Sendable {
        var id: UInt64
        var request: WebRequest
        var sent: ContinuousClock.Instant
        var continuation: CheckedContinuation<WebOutcome, Never>

        var deadline: ContinuousClock.Instant { sent + .milliseconds(request.timeoutMilliseconds) }

        var latencyMilliseconds: Int {
            let (seconds, attoseconds) = (ContinuousClock.now - sent).components
            return Int(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        }
    }

    struct Mail: Sendable {
        var letters: [Letter] = []
        var cancelled: [UInt64] = []
        var isEmpty: Bool { letters.isEmpty && cancelled.isEmpty }
    }

    enum Receipt {
        case accepted(isFirst: Bool)
        case cancelled
        case closed
    }

    private struct State {
        var mail = Mail()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    func newID() -> UInt64 {
        lastID.add(1, ordering: .relaxed).newValue
    }

    /// Adds a request. Only the first of a batch has to interrupt the loop.
    func post(_ letter: Letter) -> Receipt {
        state.withLock { state in
            if state.isClosed { return .closed }
            // Asked for under the lock, which `cancel` takes too: a cancellation either shows here or comes after.
            if Task.isCancelled { return .cancelled }
            defer { state.mail.letters.append(letter) }
            return .accepted(isFirst: state.mail.isEmpty)
        }
    }

    /// Adds a cancellation; true when the loop must be interrupted for it.
    func cancel(_ id: UInt64) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            defer { state.mail.cancelled.append(id) }
            return state.mail.isEmpty
        }
    }

    func take() -> Mail {
        state.withLock { state in
            defer { state.mail = Mail() }
            return state.mail
        }
    }

    /// Refuses everything from now on and hands over what nobody has taken.
    func close() -> Mail {
        state.withLock { state in
            defer { state.mail = Mail() }
            state.isClosed = true
            return state.mail
        }
    }
}
