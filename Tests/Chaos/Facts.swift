public import JobCore
public import Messaging

/// What happened in a chaos run: the services' ledger, the faults, and Belfry's record of the same time.
public struct Facts: Sendable {
    /// A job with the time in which each of its occurrences must be on record.
    public struct Registration: Sendable {
        public var job: ChaosJob
        /// Occurrences after this instant belong to the job.
        public var effectiveFrom: Instant
        /// Occurrences up to this instant were dispatched before the job was paused.
        public var completeUntil: Instant

        public init(job: ChaosJob, effectiveFrom: Instant, completeUntil: Instant) {
            self.job = job
            self.effectiveFrom = effectiveFrom
            self.completeUntil = completeUntil
        }
    }

    /// A webhook as the service received it.
    public struct Webhook: Sendable, Equatable {
        public var execution: String
        public var job: String
        public var attempt: Int64
        /// The version of the job, which is its payload.
        public var version: Int64?
        public var at: Instant
        /// The service's answer; nil if it did not get to answer.
        public var status: Int?
        public var answeredAt: Instant?

        public init(
            execution: String, job: String, attempt: Int64, version: Int64? = nil, at: Instant, status: Int? = nil,
            answeredAt: Instant? = nil
        ) {
            self.execution = execution
            self.job = job
            self.attempt = attempt
            self.version = version
            self.at = at
            self.status = status
            self.answeredAt = answeredAt
        }

        var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }
    }

    /// One request to a callback endpoint.
    public struct Try: Sendable, Equatable {
        public var at: Instant
        /// The program that it was sent to.
        public var endpoint: String
        /// 0 if there was none.
        public var answer: Int
        public var answeredAt: Instant

        public init(at: Instant, endpoint: String, answer: Int, answeredAt: Instant) {
            self.at = at
            self.endpoint = endpoint
            self.answer = answer
            self.answeredAt = answeredAt
        }
    }

    /// A callback, with all tries until an answer that is not 503.
    public struct Callback: Sendable, Equatable {
        public enum Kind: String, Sendable { case processing, success, fail }

        public var execution: String
        public var kind: Kind
        /// Whether it copies or contradicts an earlier one.
        public var isCopy: Bool
        public var tries: [Try]

        public init(execution: String, kind: Kind, isCopy: Bool = false, tries: [Try]) {
            self.execution = execution
            self.kind = kind
            self.isCopy = isCopy
            self.tries = tries
        }
    }

    /// A fault from its begin to its end. What it damaged may need some time to recover.
    public struct Disturbance: Sendable, Equatable {
        public var fault: Fault
        public var begin: Instant
        public var end: Instant

        public init(fault: Fault, begin: Instant, end: Instant) {
            self.fault = fault
            self.begin = begin
            self.end = end
        }
    }

    /// An execution as the API shows it.
    public struct Run: Sendable, Equatable {
        public var execution: String
        public var job: String
        public var occurrence: Instant
        public var status: String
        public var reason: String?
        public var finishedAt: Instant?

        public init(
            execution: String, job: String, occurrence: Instant, status: String, reason: String? = nil,
            finishedAt: Instant? = nil
        ) {
            self.execution = execution
            self.job = job
            self.occurrence = occurrence
            self.status = status
            self.reason = reason
            self.finishedAt = finishedAt
        }

        var isFinal: Bool { status == "success" || status == "fail" }
    }

    public var registrations: [Registration] = []
    public var webhooks: [Webhook] = []
    public var callbacks: [Callback] = []
    public var changes: [Change] = []
    public var pauses: [Pause] = []
    public var disturbances: [Disturbance] = []
    public var runs: [Run] = []
    /// Messages that can't be handled, by the queue that they were published to.
    public var poison: [WorkQueue: Int] = [:]
    /// The messages in the queues of dead letters at the end.
    public var deadLetters: [WorkQueue: Int] = [:]
    /// Programs that ended though nobody killed them.
    public var crashed: [String] = []

    public init() {}
}
