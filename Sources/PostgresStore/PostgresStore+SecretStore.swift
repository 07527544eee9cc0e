public import JobCore
import PostgreSQL
public import Store

extension PostgresStore: SecretStore {
    public func secrets(of service: String?) async throws(StoreError) -> [StoredSecret] {
        try await read { [unreadable] in try SecretRow.list(of: service, in: $0, leavingOut: unreadable) }
    }

    public func rotateSecret(
        of service: String, to sealed: String, overlapSeconds: Int64, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> SecretRotation {
        try await change { [unreadable] database in
            // Without an overlap none of the older ones stays.
            if overlapSeconds > 0, let until = try SecretRow.fullUntil(service, at: now, in: database) {
                return .tooMany(until: until)
            }
            let end = now.adding(seconds: overlapSeconds)
            try SecretRow.end(service, at: end, now: now, in: database)
            SecretRow.insert(sealed, of: service, createdAt: now, expiresAt: nil, in: database)
            AuditRow.insert(AuditEntry(rotated: service, overlapEndsAt: end, by: author, at: now), into: database)
            return .rotated(try SecretRow.list(of: service, in: database, leavingOut: unreadable))
        }
    }

    public func reseal(
        _ changes: [SecretReseal], by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> Int {
        guard !changes.isEmpty else { return 0 }
        return try await change { database in
            let count = try database.execute(
                """
                UPDATE service_secret SET sealed = sealed_after
                FROM unnest($1::bigint[], $2::text[], $3::text[]) AS resealed (number, sealed_before, sealed_after)
                WHERE seq = number AND sealed = sealed_before
                """, [.integers(changes.map(\.number)), .texts(changes.map(\.old)), .texts(changes.map(\.new))])
            if count > 0 {
                AuditRow.insert(AuditEntry(resealedCount: count, by: author, at: now), into: database)
            }
            return count
        }
    }
}
