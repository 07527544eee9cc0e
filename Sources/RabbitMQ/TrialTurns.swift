import DequeModule
import Synchronization

/// Lets one task at a time use the trial connection, in the order of their coming.
final class TrialTurns: Sendable {
    private struct State {
        var isTaken = false
        var lastID: UInt64 = 0
        var waiting: Deque<UInt64> = []
        var callers: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Waits for the turn. False when the deadline has passed or the task is cancelled before it came; otherwise it
    /// must be given back.
    func take(until deadline: ContinuousClock.Instant) async -> Bool {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let alarm = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            end(id)
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                let isMine = state.withLock { state -> Bool? in
                    if Task.isCancelled || deadline <= .now { return false }
                    if !state.isTaken {
                        state.isTaken = true
                        return true
                    }
                    state.waiting.append(id)
                    state.callers[id] = caller
                    return nil
                }
                if let isMine { caller.resume(returning: isMine) }
            }
        } onCancel: {
            end(id)
        }
    }

    /// Ends the turn; the next begins.
    func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            while let id = state.waiting.popFirst() {
                if let caller = state.callers.removeValue(forKey: id) { return caller }
            }
            state.isTaken = false
            return nil
        }
        next?.resume(returning: true)
    }

    private func end(_ id: UInt64) {
        state.withLock { $0.callers.removeValue(forKey: id) }?.resume(returning: false)
    }
}
