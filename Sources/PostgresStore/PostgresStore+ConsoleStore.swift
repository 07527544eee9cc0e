public import JobCore
public import Store

extension PostgresStore: ConsoleStore {
    public func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage {
        let search = ExecutionSearch(query)
        return try await snapshot { [unreadable] in try search.page(in: $0, leavingOut: unreadable) }
    }

    public func execution(_ id: ExecutionID) async throws(StoreError) -> Execution? {
        try await read { database in
            var found: Execution?
            try ExecutionRow.forEachRow(of: [id], select: ExecutionRow.select, idColumn: 2, in: database) { row in
                found = try ExecutionRow(row).execution
            }
            return found
        }
    }
}
