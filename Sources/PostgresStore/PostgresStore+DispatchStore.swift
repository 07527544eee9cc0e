public import JobCore
public import Store

extension PostgresStore: DispatchStore {
    public func create(
        _ executions: [Execution], now: @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?] {
        guard !executions.isEmpty else { return [] }
        return try await write { [unreadable] database in
            var inserter = ExecutionInserter(executions, in: database, leavingOut: unreadable)
            return try inserter.create(now: now)
        }
    }

    public func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution] {
        guard !ids.isEmpty else { return [] }
        return try await snapshot { [unreadable] database in
            let rows = try ExecutionRow.find(ids, in: database, leavingOut: unreadable)
            return try LastSuccessRow.recorded(
                ids.compactMap { id in rows[id].map { ($0.execution, $0.job, false) } }, in: database,
                leavingOut: unreadable)
        }
    }
}
