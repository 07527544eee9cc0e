public import JobCore

/// What the ticker asks: which schedules there are.
public protocol ScheduleStore: Sendable {
    /// Grows with every change of a job, so that an unchanged set need not be read again.
    func jobsRevision() async throws(StoreError) -> Int64

    /// Every distinct schedule that an enabled job has.
    func sharedSchedules() async throws(StoreError) -> [SharedSchedule]

    /// The newest occurrence of a schedule that ever had an execution, whatever became of its history.
    func newestOccurrence() async throws(StoreError) -> Instant?
}

/// What the dispatcher needs: jobs in, executions out.
public protocol DispatchStore: Sendable {
    /// Up to `limit` jobs, deleted ones excepted, in the order of their ids, beginning after `after`.
    /// Paused jobs are among them: whether one runs is the dispatcher's decision.
    func jobs(with schedule: ScheduleKey, in shard: Shard, after: JobID?, limit: Int) async throws(StoreError)
        -> [StoredJob]

    /// The job of that name, unless it was deleted.
    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Puts executions on record in one transaction and answers, in the same order, what the record then holds.
    ///
    /// One whose id is there already is left as it is. A new one that is exclusive and not over, while another
    /// execution of its job is open, is recorded as over, reason `locked`. One that is a retry is linked from the
    /// execution it retries. Its job need not be on record: test deliveries belong to jobs that are not put yet.
    func create(_ executions: [Execution], now: Instant) async throws(StoreError) -> [CreatedExecution]
}

/// An execution as the record holds it after `create`.
public struct CreatedExecution: Sendable, Equatable {
    public var execution: Execution
    /// False: it was there before.
    public var isNew: Bool
    /// The job's last success, for exclusive executions that are open.
    public var lastSuccess: LastSuccess?

    public init(execution: Execution, isNew: Bool, lastSuccess: LastSuccess?) {
        self.execution = execution
        self.isNew = isNew
        self.lastSuccess = lastSuccess
    }
}

/// What the recorder needs: to move executions, several in one transaction.
public protocol ReportStore: Sendable {
    /// Loads the executions that exist, lets `decide` say what changes, and writes that, all in one transaction that
    /// excludes other writers of these executions. A change of one that was not loaded is not written.
    func update<Answer: Sendable>(
        _ ids: [ExecutionID],
        _ decide: @Sendable ([ExecutionID: Execution]) -> (changes: [ExecutionChange], answer: Answer)
    ) async throws(StoreError) -> Answer
}

/// One write of the recorder.
public enum ExecutionChange: Sendable, Equatable {
    /// The state, attempts, next attempt and outcome are now these; the rest was said when it was created and stays.
    /// The move to success of an exclusive execution makes it its job's last success.
    case rewritten(Execution)
    /// Only heard of: `heardAt`, `firstHeardAt` and `progress` changed, which is all that is written.
    case heard(Execution)
}

/// What the reaper asks: which deadlines have passed.
public protocol ExpiryStore: Sendable {
    /// Open executions one of whose deadlines is at or before `now`, up to `limit`. Silence counts from
    /// `listeningSince` at the earliest; nil: from when the execution was last heard of.
    func overdue(at now: Instant, listeningSince: Instant?, limit: Int) async throws(StoreError) -> [OverdueExecution]

    /// Pending executions whose next attempt was due at or before `instant`, up to `limit`. Those of deleted jobs are
    /// not among them: nobody knows any more where they would go, and their ttl ends them.
    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution]

    /// Removes up to `limit` executions that ended before `instant`; answers how many it removed. The last success of
    /// an exclusive job stays, however old: its next run is told of it.
    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int
}

public struct OverdueExecution: Sendable, Hashable {
    public var id: ExecutionID
    public var expiry: Expiry

    public init(id: ExecutionID, expiry: Expiry) {
        self.id = id
        self.expiry = expiry
    }
}

public struct UndeliveredExecution: Sendable, Hashable {
    public var id: ExecutionID
    public var name: JobName

    public init(id: ExecutionID, name: JobName) {
        self.id = id
        self.name = name
    }
}

/// What the door asks: whether an execution is over.
public protocol DoorStore: Sendable {
    /// The status of each execution that exists.
    func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus]
}

/// What the admin API needs.
public protocol ConsoleStore: Sendable {
    /// Creates or replaces a job. A deleted job of that name comes back as a new one.
    func put(_ jobs: [Job], now: Instant) async throws(StoreError) -> [PutJob]

    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Marks a job deleted, keeps its history; false when there is none.
    func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool

    /// Jobs in the order of their names, deleted ones excepted, up to `limit`, after `after`; all services for nil.
    func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> [StoredJob]

    /// Newest first.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage

    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution?

    /// The key whose secret has this SHA-256, if any.
    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey?
    func apiKeys() async throws(StoreError) -> [APIKey]
    /// False when a key of that name exists already.
    func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool
    func removeAPIKey(named name: String) async throws(StoreError) -> Bool
}

/// A job after it was put.
public struct PutJob: Sendable, Equatable {
    public var stored: StoredJob
    public var isNew: Bool

    public init(stored: StoredJob, isNew: Bool) {
        self.stored = stored
        self.isNew = isNew
    }
}

public struct ExecutionQuery: Sendable, Equatable {
    public var service: String?
    public var job: String?
    public var status: ExecutionStatus?
    public var reason: FailureReason?
    /// Occurrences at or after, and before.
    public var since: Instant?
    public var until: Instant?
    public var correlationID: String?
    /// 1 to 100.
    public var limit: Int
    /// `ExecutionPage.more` of the page before; a text that is no store's `more` leads to an empty page.
    public var more: String?

    public init(
        service: String? = nil, job: String? = nil, status: ExecutionStatus? = nil, reason: FailureReason? = nil,
        since: Instant? = nil, until: Instant? = nil, correlationID: String? = nil, limit: Int = 100,
        more: String? = nil
    ) {
        self.service = service
        self.job = job
        self.status = status
        self.reason = reason
        self.since = since
        self.until = until
        self.correlationID = correlationID
        self.limit = limit
        self.more = more
    }
}

public struct ExecutionPage: Sendable, Equatable {
    public var executions: [Execution]
    /// Opaque; nil on the last page.
    public var more: String?

    public init(executions: [Execution], more: String?) {
        self.executions = executions
        self.more = more
    }
}

/// Who may use the admin API, and for what. Its secret is never kept, only the secret's hash.
public struct APIKey: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case admin
        case read
        case service(String)
    }

    public var name: String
    public var scope: Scope
    public var createdAt: Instant

    public init(name: String, scope: Scope, createdAt: Instant) {
        self.name = name
        self.scope = scope
        self.createdAt = createdAt
    }
}

extension APIKey.Scope: CustomStringConvertible {
    public init?(_ text: String) {
        switch text {
        case "admin": self = .admin
        case "read": self = .read
        default:
            guard text.hasPrefix("service:"), text.utf8.count > 8 else { return nil }
            self = .service(String(text.dropFirst(8)))
        }
    }

    public var description: String {
        switch self {
        case .admin: "admin"
        case .read: "read"
        case .service(let name): "service:\(name)"
        }
    }
}

/// What every daemon asks before it says that it is ready.
public protocol ReadinessStore: Sendable {
    /// Throws unless the store could be written to now. Changes nothing.
    func checkWritable() async throws(StoreError)
}

/// Everything a store can be asked; each stage sees only its own role.
public typealias JobStore = ScheduleStore & DispatchStore & ReportStore & ExpiryStore & DoorStore & ConsoleStore
    & ReadinessStore
