import JobCore
import SQLiteStore
import Store
import Synchronization

/// The store as the stages see it. It keeps an account of every execution, notes histories that must not occur, and can
/// be made unavailable.
///
/// Many worlds share one database; this store hides the executions of other worlds.
final class WatchedStore: Sendable {
    struct End: Equatable {
        var status: ExecutionStatus
        var reason: FailureReason?
        var finishedAt: Instant?
    }

    struct Account {
        var isUnavailable = false
        var progress: [ReportLine: LineProgress] = [:]
        var open: [ExecutionID] = []
        var openExclusive: [JobID: ExecutionID] = [:]
        /// Those that were never released.
        var buffered: [ExecutionID: Execution] = [:]
        var releaseCount = 0
        var ends: [ExecutionID: End] = [:]
        var created: [ExecutionID] = []
        var firstForms: [ExecutionID: Execution] = [:]
        var endsRecordedAt: [ExecutionID: Instant] = [:]
        var faults: [String] = []
    }

    private let store: SQLiteStore
    private let clock: TurnedClock
    private let start: Instant
    private let account = Mutex(Account())

    init(_ store: SQLiteStore, clock: TurnedClock, start: Instant) {
        self.store = store
        self.clock = clock
        self.start = start
    }

    var isUnavailable: Bool {
        get { account.withLock { $0.isUnavailable } }
        set { account.withLock { $0.isUnavailable = newValue } }
    }

    /// In the order of their creation.
    var open: [ExecutionID] { account.withLock { $0.open } }
    var created: [ExecutionID] { account.withLock { $0.created } }
    /// The first end of each execution.
    var ends: [ExecutionID: End] { account.withLock { $0.ends } }
    var releaseCount: Int { account.withLock { $0.releaseCount } }
    var buffered: [ExecutionID: Execution] { account.withLock { $0.buffered } }
    /// The executions as they were created, or as they were released if they were buffered.
    var firstForms: [ExecutionID: Execution] { account.withLock { $0.firstForms } }
    /// When the end of each execution was recorded.
    var endsRecordedAt: [ExecutionID: Instant] { account.withLock { $0.endsRecordedAt } }
    var faults: [String] { account.withLock { $0.faults } }

    private func checkAvailable() throws(StoreError) {
        if isUnavailable { throw .unavailable("switched off") }
    }
}

extension WatchedStore: ScheduleStore {
    func schedules(changedSince revision: Int64?) async throws(StoreError) -> ScheduleChanges {
        try checkAvailable()
        return try await store.schedules(changedSince: revision)
    }

    func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try checkAvailable()
        return try await store.firstRun(of: schedule, from: instant)
    }

    func newestOccurrence() async throws(StoreError) -> Instant? {
        try checkAvailable()
        guard let newest = try await store.newestOccurrence(), newest >= start else { return nil }
        return newest
    }
}

extension WatchedStore: DispatchStore {
    func jobs(
        with schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int
    ) async throws(StoreError) -> JobPage {
        try checkAvailable()
        return try await store.jobs(with: schedule, in: range, limit: limit, bytesMax: bytesMax)
    }

    func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause] {
        try checkAvailable()
        return try await store.pauses(from: first, through: last)
    }

    func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try checkAvailable()
        return try await store.job(named: name)
    }

    func create(
        _ executions: [Execution], now: @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?] {
        try checkAvailable()
        let onRecord = try await store.create(executions, now: now)
        account.withLock { account in
            for created in onRecord.compactMap(\.self) { account.note(created) }
        }
        return onRecord
    }

    func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution] {
        try checkAvailable()
        let onRecord = try await store.recorded(ids)
        account.withLock { account in
            for found in onRecord { account.note(found) }
        }
        return onRecord
    }

    func validSecrets(of services: Set<String>, at instant: Instant) async throws(StoreError) -> [String:
        ServiceSecrets]
    {
        try checkAvailable()
        return try await store.validSecrets(of: services, at: instant)
    }
}

extension WatchedStore: ReportStore {
    func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution]) {
        try checkAvailable()
        // Each world has a time of its own, so its lines have a progress of their own.
        let progress = account.withLock { $0.progress[line] ?? LineProgress() }
        let ((loaded, decision), released) = try await store.update(ids, of: line) { loaded, unused in
            let decision = decide(loaded, progress)
            return ReportDecision(
                changes: decision.changes, released: decision.released, decidedAt: decision.decidedAt,
                progress: unused, answer: (loaded, decision))
        }
        account.withLock { account in
            account.progress[line] = decision.progress
            for change in decision.changes {
                switch change {
                case .rewritten(let after), .heartbeat(let after): account.note(after, before: loaded[after.id])
                }
            }
            for id in ids where account.ends[id] != nil && account.endsRecordedAt[id] == nil {
                account.endsRecordedAt[id] = clock.now()
            }
        }
        account.withLock { account in
            for execution in released { account.note(released: execution) }
        }
        return (decision.answer, released)
    }
}

extension WatchedStore: CallbackStore {
    func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus] {
        try checkAvailable()
        return try await store.statuses(of: ids)
    }
}

extension WatchedStore: ExpiryStore {
    func progress() async throws(StoreError) -> LineProgress {
        try checkAvailable()
        return account.withLock { account in
            LineProgress.least(of: ReportLine.allCases.map { account.progress[$0] ?? LineProgress() })
        }
    }

    func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        try checkAvailable()
        let own = Set(created)
        return try await store.overdue(at: instant, progress: progress, limit: limit).filter { own.contains($0.id) }
    }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] {
        try checkAvailable()
        let own = Set(created)
        return try await store.undelivered(dueBefore: instant, limit: limit).filter { own.contains($0.id) }
    }

    func newestAudit() async throws(StoreError) -> Instant? { try await store.newestAudit() }

    func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try await store.removeAudit(before: instant, limit: limit)
    }

    func newestEnd() async throws(StoreError) -> Instant? {
        try checkAvailable()
        return try await store.newestEnd()
    }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try checkAvailable()
        return try await store.removeHistory(endedBefore: instant, limit: limit)
    }

    func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try checkAvailable()
        return try await store.removePauses(endedBefore: instant, limit: limit)
    }
}

extension WatchedStore.Account {
    fileprivate mutating func note(_ created: RecordedExecution) {
        let execution = created.execution
        guard created.isNew else {
            if let end = ends[execution.id], end != .init(execution) {
                faults.append("\(execution.id) ended as \(end) and was found as \(execution.state)")
            }
            return
        }
        self.created.append(execution.id)
        firstForms[execution.id] = execution
        let runner = openExclusive[execution.jobID]
        guard !execution.state.status.isFinal else {
            ends[execution.id] = .init(execution)
            if execution.state.reason == .locked, runner == nil {
                faults.append("\(execution.id) of \(execution.jobName) is locked though no other run was open")
            }
            return
        }
        open.append(execution.id)
        guard execution.isExclusive else { return }
        guard !execution.state.isBuffered else {
            buffered[execution.id] = execution
            if runner == nil { faults.append("\(execution.id) is buffered though no other run was open") }
            return
        }
        if let runner {
            faults.append("\(execution.id) of exclusive \(execution.jobName) began while \(runner) was open")
        }
        openExclusive[execution.jobID] = execution.id
    }

    /// A release that is answered again is that of the run which holds the lock.
    fileprivate mutating func note(released execution: Execution) {
        let runner = openExclusive[execution.jobID]
        guard runner != execution.id else { return }
        if let runner { faults.append("\(execution.id) was released while \(runner) was open") }
        if buffered.removeValue(forKey: execution.id) == nil { faults.append("\(execution.id) was not buffered") }
        firstForms[execution.id] = execution
        if let earlier = buffered.values.first(where: {
            $0.jobID == execution.jobID && $0.occurrence < execution.occurrence && ends[$0.id] == nil
        }) {
            faults.append("\(execution.id) was released before the earlier \(earlier.id)")
        }
        openExclusive[execution.jobID] = execution.id
        releaseCount += 1
    }

    fileprivate mutating func note(_ after: Execution, before: Execution?) {
        let end = WatchedStore.End(after)
        if let first = ends[after.id] {
            if first != end { faults.append("\(after.id) ended as \(first) and was moved to \(after.state)") }
        } else if after.state.status.isFinal {
            ends[after.id] = end
            open.removeAll { $0 == after.id }
            if openExclusive[after.jobID] == after.id { openExclusive[after.jobID] = nil }
        }
        if before == nil { faults.append("\(after.id) was moved without being on record") }
    }
}

extension WatchedStore.End {
    init(_ execution: Execution) {
        self.init(
            status: execution.state.status, reason: execution.state.reason, finishedAt: execution.state.finishedAt)
    }
}
