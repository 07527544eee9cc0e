public import Store

extension SQLiteStore: AuditStore {
    public func record(_ entries: [AuditEntry]) async throws(StoreError) {
        try await write { database in
            for entry in entries { try AuditRow.insert(entry, into: database) }
        }
    }

    public func audit(_ query: AuditQuery) async throws(StoreError) -> AuditPage {
        let search = AuditSearch(query)
        return try await read { try search.page(in: $0, leavingOut: unreadable) }
    }
}
