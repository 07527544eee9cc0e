import FoundationEssentials
import GRDB
public import JobCore
public import Store

extension SQLiteStore: DispatchStore {
    /// A job's slot is the beginning of its id, so a shard is a range of ids, which the index holds in order.
    public func jobs(
        with schedule: ScheduleKey, in shard: Shard, after: JobID?, limit: Int
    ) async throws(StoreError) -> [StoredJob] {
        try await read { database in
            try JobRow.list(
                database,
                where: """
                    WHERE deleted_ms IS NULL AND expression = ? AND time_zone = ? AND dst = ?
                        AND id >= ? AND id < ? AND id > ? ORDER BY id
                    """,
                [
                    schedule.expression.databaseValue, schedule.timeZone.databaseValue,
                    schedule.dst.description.databaseValue, Self.idBound(shard.slots.lowerBound),
                    Self.idBound(shard.slots.upperBound), after?.databaseValue ?? Data().databaseValue,
                ], limit: limit, leavingOut: unreadable)
        }
    }

    /// Serves `ConsoleStore`, too.
    public func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try await read { try JobRow.find(name, in: $0) }
    }

    public func create(
        _ executions: [Execution], now: @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?] {
        guard !executions.isEmpty else { return [] }
        return try await write { database in
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

    /// A bound that sorts before every id of this slot and after every id of the slots before it.
    private static func idBound(_ slot: Int) -> DatabaseValue {
        let bytes =
            slot < Shard.slotCount
            ? [UInt8(slot >> 8), UInt8(slot & 0xFF)] : [UInt8](repeating: 0xFF, count: 17)
        return Data(bytes).databaseValue
    }
}
