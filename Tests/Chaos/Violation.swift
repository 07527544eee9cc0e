public import JobCore

/// A guarantee that a run broke.
public struct Violation: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case lostOccurrence = "lost occurrence"
        case doubledOccurrence = "doubled occurrence"
        case unknownExecution = "webhook of an unknown execution"
        case stuck = "run that doesn't end"
        case lostCallback = "callback answered 202 and not recorded"
        case inventedEnd = "end that nobody reported"
        case falseHeartbeatTimeout = "heartbeat timeout though a callback was received in time"
        case timeoutOfOutage = "heartbeat timeout though the service tried to call back"
        case earlyTTL = "end by ttl before the ttl was over"
        case undelivered = "end without a delivery"
        case needlessRepeat = "webhook repeated without need"
        case deliveredAfterEnd = "webhook after the end"
        case repeatedAfterEnd = "webhook repeated after the end"
        case overlap = "exclusive runs that overlap"
        case hungCallback = "callback without an answer"
        case refusedCallback = "callback refused though nothing was out of order"
        case changedEnd = "end that a later callback changed"
        case ranWhilePaused = "execution of an occurrence within a pause"
        case wrongVersion = "webhook of another version of the job"
        case lostMessage = "poison message that is no dead letter"
        case innocentDeadLetter = "dead letter that was no poison"
        case crash = "program that crashed"
    }

    public var kind: Kind
    public var job: String?
    public var execution: String?
    /// When it happened, as far as it has an instant.
    public var at: Instant?
    public var detail: String

    init(_ kind: Kind, job: String? = nil, execution: String? = nil, at: Instant? = nil, _ detail: String) {
        self.kind = kind
        self.job = job
        self.execution = execution
        self.at = at
        self.detail = detail
    }

    init(_ kind: Kind, of run: Facts.Run, at: Instant? = nil, _ detail: String) {
        self.init(kind, job: run.job, execution: run.execution, at: at ?? run.finishedAt, detail)
    }
}
