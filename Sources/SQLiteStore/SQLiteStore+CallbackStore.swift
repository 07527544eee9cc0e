import GRDB
public import JobCore
public import Store
import StoreRows

extension SQLiteStore: CallbackStore {
    public func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus] {
        try await read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT id, status FROM execution WHERE id IN " + ManyIDs.placeholders)
            var statuses: [ExecutionID: ExecutionStatus] = Dictionary(minimumCapacity: ids.count)
            try ManyIDs.forEachRow(of: ids, with: statement) { row in
                _ = try unreadable.value {
                    try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
                        var column = ColumnReader(row)
                        statuses[try column.identifier()] = try column.code()
                    }
                }
            }
            return statuses
        }
    }
}
