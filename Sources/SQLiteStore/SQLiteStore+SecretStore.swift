import GRDB
public import JobCore
public import Store

extension SQLiteStore: SecretStore {
    public func secrets(of service: String?) async throws(StoreError) -> [StoredSecret] {
        try await read { try SecretRow.list(of: service, in: $0, leavingOut: unreadable) }
    }

    public func rotateSecret(
        of service: String, to sealed: String, overlapSeconds: Int64, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> SecretRotation {
        try await write { database in
            // Without an overlap none of the older ones stays.
            if overlapSeconds > 0, let until = try SecretRow.fullUntil(service, at: now, in: database) {
                return .tooMany(until: until)
            }
            let end = now.adding(seconds: overlapSeconds)
            try SecretRow.end(service, at: end, now: now, in: database)
            try SecretRow.insert(sealed, of: service, createdAt: now, expiresAt: nil, in: database)
            try AuditRow.insert(AuditEntry(rotated: service, overlapEndsAt: end, by: author, at: now), into: database)
            return .rotated(try SecretRow.list(of: service, in: database, leavingOut: unreadable))
        }
    }

    public func reseal(
        _ changes: [SecretReseal], by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> Int {
        try await write { database in
            var count = 0
            for change in changes {
                try database.execute(
                    sql: "UPDATE service_secret SET sealed = ? WHERE seq = ? AND sealed = ?",
                    arguments: [change.new, change.number, change.old])
                count += database.changesCount
            }
            if count > 0 {
                try AuditRow.insert(AuditEntry(resealedCount: count, by: author, at: now), into: database)
            }
            return count
        }
    }
}
