/// A message that may change an execution, without its envelope.
public enum Report: Sendable, Equatable {
    /// The service accepted the invocation.
    case accepted(Attempt)
    /// The delivery waits for its next attempt.
    case deferred(Deferral.Cause, nextAttemptAt: Instant)
    /// The service could not be invoked, and no attempt follows.
    case refused(Attempt)
    /// The service reported on its run; `receivedAt` is when the callback endpoint received it.
    case callback(Callback, receivedAt: Instant)
    /// A deadline has passed.
    case expired(Expiry, noticedAt: Instant)
    /// A person or a program cancelled the run.
    case cancelled(at: Instant)
    /// The next attempt was due `afterSeconds` ago or longer, and did not happen: the delivery may be lost.
    case overdue(afterSeconds: Int64, noticedAt: Instant)
}
