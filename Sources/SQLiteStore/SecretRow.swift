import GRDB
import JobCore
import Store
import StoreRows

/// The rows of services' secrets: how they are found, read and written.
enum SecretRow {
    /// The secrets that are valid, by service.
    static func valid(
        of services: Set<String>, at instant: Instant, in database: Database
    ) throws -> [String: ServiceSecrets] {
        // One argument, so that one statement serves any number of services.
        let statement = try database.cachedStatement(
            sql: """
                SELECT service, sealed FROM service_secret
                WHERE service IN (SELECT value FROM json_each(?)) AND (expires_ms IS NULL OR expires_ms > ?)
                ORDER BY service, seq DESC
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: [try JSONColumn.text(of: services.sorted()), instant.databaseValue])
        var valid: [String: ServiceSecrets] = [:]
        while let row = try rows.next() {
            let (service, sealed): (String, String?) = (row[0], row[1])
            var secrets = valid[service] ?? ServiceSecrets(sealed: [], isDerivedValid: false)
            if let sealed {
                if secrets.sealed.count < ServiceSecrets.sealedMax { secrets.sealed.append(sealed) }
            } else {
                secrets.isDerivedValid = true
            }
            valid[service] = secrets
        }
        return valid
    }

    /// The secrets of one service or of all, the newest of each first.
    static func list(
        of service: String?, in database: Database, leavingOut unreadable: UnreadableRows
    ) throws -> [StoredSecret] {
        let condition = service == nil ? "" : "WHERE service = ? "
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT service, seq, sealed, created_ms, expires_ms FROM service_secret \(condition)"
                + "ORDER BY service, seq DESC",
            arguments: service.map { [$0] } ?? [])
        return try unreadable.list(rows.next) { row in
            let service: String = row[0]
            return try UnreadableRow.naming(.serviceSecret, "a secret of the service \(service)") {
                var column = ColumnReader(row, from: 1)
                return StoredSecret(
                    service: service, number: try column.next(),
                    content: try column.next(String?.self).map(StoredSecret.Content.sealed) ?? .derived,
                    createdAt: try column.instant(), expiresAt: try column.instantIfAny())
            }
        }
    }

    /// The instant until which the service has as many own secrets as it may have; nil if it may have another one.
    static func fullUntil(_ service: String, at now: Instant, in database: Database) throws -> Instant? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT count(*), min(expires_ms) FROM service_secret
                WHERE service = ? AND sealed IS NOT NULL AND (expires_ms IS NULL OR expires_ms > ?)
                """, arguments: [service, now.databaseValue])
        guard let row, row[0] as Int >= ServiceSecrets.sealedMax else { return nil }
        return (row[1] as Int64?).flatMap(Instant.init(readable:)) ?? now
    }

    /// Makes the secrets of a service end at `end` or when they would have ended anyway. A service without any has the
    /// derived one.
    static func end(_ service: String, at end: Instant, now: Instant, in database: Database) throws {
        try database.execute(
            sql: "UPDATE service_secret SET expires_ms = min(coalesce(expires_ms, ?1), ?1) WHERE service = ?2",
            arguments: [end.databaseValue, service.databaseValue])
        if database.changesCount == 0 {
            try insert(nil, of: service, createdAt: now, expiresAt: end, in: database)
        }
        try database.execute(
            sql: "DELETE FROM service_secret WHERE service = ? AND expires_ms <= ?",
            arguments: [service, now.databaseValue])
    }

    /// `sealed` nil is the derived secret.
    static func insert(
        _ sealed: String?, of service: String, createdAt: Instant, expiresAt: Instant?, in database: Database
    ) throws {
        try database.execute(
            sql: "INSERT INTO service_secret (service, sealed, created_ms, expires_ms) VALUES (?, ?, ?, ?)",
            arguments: [service, sealed, createdAt.databaseValue, expiresAt?.databaseValue])
    }
}
