public import JobCore
public import Store
import StoreRows

extension PostgresStore: CallbackStore {
    public func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus] {
        try await read { [unreadable] database in
            var statuses: [ExecutionID: ExecutionStatus] = Dictionary(minimumCapacity: ids.count)
            let select = "SELECT e.id, e.status FROM execution e "
            try ExecutionRow.forEachRow(of: ids, select: select, idColumn: 0, in: database) { row in
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
