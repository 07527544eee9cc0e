/// An exclusive job's executions that wait for the end of its open run.
extension Execution {
    /// The deadline and the next attempt of a buffered execution: later than any that is reported.
    private static let never = Instant.recordable.upperBound

    /// This execution as one that waits for the end of its job's open run.
    public func buffered() -> Execution {
        var buffered = self
        buffered.state.isBuffered = true
        buffered.state.ttlDeadline = Self.never
        buffered.attemptDueAt = Self.never
        return buffered
    }

    /// This execution as one that waits no more: its delivery is due, and its whole ttl begins.
    public func released(at instant: Instant) -> Execution {
        var released = self
        released.state.isBuffered = false
        released.state.ttlDeadline = instant.adding(seconds: state.ttlSeconds)
        released.attemptDueAt = instant
        return released
    }

    /// True when the delivery became due after the execution was created: it was released, deferred or found lost
    /// since, and what created it no longer leads to a delivery.
    public var isDueAnew: Bool { attemptDueAt > createdAt }

    /// True from the release of a buffered execution until something is on record about its delivery.
    public var isJustReleased: Bool {
        state.status == .pending && !state.isBuffered && attempts.isEmpty && isDueAnew
            && state.ttlDeadline == attemptDueAt.adding(seconds: state.ttlSeconds)
    }

    /// Nothing of a buffered execution is delivered, so no courier and no service can report on it, and no deadline
    /// passes. It can be cancelled.
    func applyingWhileBuffered(_ report: Report, id: ReportID) -> Transition {
        guard case .cancelled(let instant) = report else { return Transition(self, .ignore(.buffered)) }
        var next = released(at: instant)
        let (state, decision) = next.state.ending(.fail, .cancelled, at: instant, by: id)
        next.state = state
        return Transition(next, decision)
    }
}
