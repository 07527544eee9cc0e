public import JobCore
public import Store

extension SQLiteStore: DispatchStore {
    public func jobs(
        with schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int
    ) async throws(StoreError) -> JobPage {
        try await read { database in
            try JobRow.page(
                database, of: schedule, in: range, limit: limit, bytesMax: bytesMax, leavingOut: unreadable)
        }
    }

    /// Serves `ConsoleStore`, too.
    public func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try await read { try JobRow.find(name, in: $0) }
    }

    public func create(
        _ executions: [Execution], now: @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?] {
        guard !executions.isEmpty else { return [] }
        return try await writeTogether { [unreadable] database in
            var inserter = try ExecutionInserter(database, now: now(), leavingOut: unreadable)
            let recorded = try executions.map { try inserter.create($0) }
            try inserter.writeNewestOccurrence(of: executions)
            return recorded
        }
    }

    /// Reads executions and last successes from one snapshot.
    public func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution] {
        guard !ids.isEmpty else { return [] }
        return try await read { database in
            let rows = try ExecutionRow.find(ids, in: database, leavingOut: unreadable)
            let lastSuccesses = try LastSuccessFinder(database, leavingOut: unreadable)
            return try ids.compactMap { id in
                try rows[id].map { try lastSuccesses.recorded($0.execution, job: $0.job, isNew: false) }
            }
        }
    }
    public func validSecrets(
        of services: Set<String>, at instant: Instant
    ) async throws(StoreError) -> [String: ServiceSecrets] {
        guard !services.isEmpty else { return [:] }
        return try await read { try SecretRow.valid(of: services, at: instant, in: $0) }
    }
}
