internal import FoundationEssentials

/// The id of an execution.
public typealias ExecutionID = Identifier<Execution>

/// One run of a job, as the record keeps it.
public struct Execution: Sendable, Equatable {
    public var id: ExecutionID
    public var jobID: JobID
    public var name: JobName
    public var occurrence: Instant
    public var createdAt: Instant
    public var isExclusive: Bool
    /// The schedule's expression when this was created; `run` when a person or a program asked.
    public var schedule: String
    /// What this run was given in place of the job's payload.
    public var payload: String?
    public var state: ExecutionState
    public var attempts: [Attempt]
    /// When the next attempt is due while the execution is pending.
    public var attemptDueAt: Instant
    public var outcome: Outcome
    public var retryOf: ExecutionID?
    public var retriedBy: ExecutionID?

    public init(
        id: ExecutionID, jobID: JobID, name: JobName, occurrence: Instant, createdAt: Instant, isExclusive: Bool,
        schedule: String, payload: String? = nil, state: ExecutionState, attempts: [Attempt] = [],
        attemptDueAt: Instant, outcome: Outcome = Outcome(), retryOf: ExecutionID? = nil,
        retriedBy: ExecutionID? = nil
    ) {
        self.id = id
        self.jobID = jobID
        self.name = name
        self.occurrence = occurrence
        self.createdAt = createdAt
        self.isExclusive = isExclusive
        self.schedule = schedule
        self.payload = payload
        self.state = state
        self.attempts = attempts
        self.attemptDueAt = attemptDueAt
        self.outcome = outcome
        self.retryOf = retryOf
        self.retriedBy = retriedBy
    }

    /// The id of a job's execution for an occurrence: computed, so the same due event twice is the same execution.
    public static func id(of job: JobID, at occurrence: Instant) -> ExecutionID {
        ExecutionID(namespace: job.uuid, name: "schedule:\(occurrence.millisecondsSinceEpoch)")
    }
}

/// `pending → invoked → processing → success | fail`
public enum ExecutionStatus: String, Sendable, Codable, CaseIterable {
    /// Created; no attempt has been accepted yet.
    case pending
    /// The service took the invocation.
    case invoked
    /// The service has been heard of since.
    case processing
    case success
    case fail

    public var isFinal: Bool { self == .success || self == .fail }
}

/// Why an execution failed.
public enum FailureReason: String, Sendable, Codable, CaseIterable {
    /// The service said so.
    case reported
    /// The service could not be invoked.
    case invocation
    /// Nothing was heard for two heartbeat intervals.
    case heartbeat
    /// The run took longer than its ttl.
    case ttl
    /// The job is exclusive and an earlier run was still going.
    case locked
    /// The occurrence was found too late, and the misfire policy passes over it.
    case missed
    case cancelled
}

/// One try to get an invocation to the service.
public struct Attempt: Sendable, Hashable, Codable {
    public var number: Int
    public var at: Instant
    /// The answer's HTTP status; nil when there was no answer.
    public var statusCode: Int?
    public var latencyMilliseconds: Int64
    /// Why it did not succeed: a category, and the first 1 KiB of the answer.
    public var error: String?

    public init(number: Int, at: Instant, statusCode: Int?, latencyMilliseconds: Int64, error: String? = nil) {
        self.number = number
        self.at = at
        self.statusCode = statusCode
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case number
        case at = "at_ms"
        case statusCode = "status_code"
        case latencyMilliseconds = "latency_ms"
        case error
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: Int(try body.decode(in: 1...1_000, forKey: .number)),
            at: try body.decode(Instant.self, forKey: .at),
            statusCode: try body.decodeIfPresent(Int.self, forKey: .statusCode),
            latencyMilliseconds: try body.decode(in: 0...86_400_000, forKey: .latencyMilliseconds),
            error: try body.decodeIfPresent(String.self, forKey: .error))
    }
}

extension KeyedDecodingContainer {
    /// A whole number in bounds, for what is later added up: a number from outside must not overflow.
    public func decode(in range: ClosedRange<Int64>, forKey key: Key) throws -> Int64 {
        let number = try decode(Int64.self, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "\(number) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

/// What the service said about its run.
public struct Outcome: Sendable, Hashable {
    public var summary: String?
    /// Handed to the next run of an exclusive job.
    public var state: String?
    public var error: String?
    public var correlationID: String?

    public init(summary: String? = nil, state: String? = nil, error: String? = nil, correlationID: String? = nil) {
        self.summary = summary
        self.state = state
        self.error = error
        self.correlationID = correlationID
    }
}
