import JobCore
import PostgreSQL
import Store
import StoreRows

/// The rows of services' secrets: how they are found, read and written.
enum SecretRow {
    /// The secrets that are valid, by service.
    static func valid(
        of services: Set<String>, at instant: Instant, in database: PostgresDatabase
    ) throws -> [String: ServiceSecrets] {
        let rows = try database.rows(
            """
            SELECT service, sealed FROM service_secret
            WHERE service = ANY ($1) AND (expires_ms IS NULL OR expires_ms > $2)
            ORDER BY service, seq DESC
            """, [.texts(services.sorted()), .instant(instant)])
        var valid: [String: ServiceSecrets] = [:]
        for row in rows {
            let (service, sealed): (String, String?) = (try row.value(0), try row.value(1))
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
        of service: String?, in database: PostgresDatabase, leavingOut unreadable: UnreadableRows
    ) throws -> [StoredSecret] {
        let condition = service == nil ? "" : "WHERE service = $1 "
        let rows = try database.rows(
            "SELECT service, seq, sealed, created_ms, expires_ms FROM service_secret \(condition)"
                + "ORDER BY service, seq DESC",
            service.map { [.text($0)] } ?? []
        ).makeIterator()
        return try unreadable.list({ rows.next() }) { row in
            let service: String = try row.value(0)
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
    static func fullUntil(_ service: String, at now: Instant, in database: PostgresDatabase) throws -> Instant? {
        let row = try database.rows(
            """
            SELECT count(*), min(expires_ms) FROM service_secret
            WHERE service = $1 AND sealed IS NOT NULL AND (expires_ms IS NULL OR expires_ms > $2)
            """, [.text(service), .instant(now)])[0]
        guard try row.value(0, as: Int.self) >= ServiceSecrets.sealedMax else { return nil }
        return try row.value(1, as: Int64?.self).flatMap(Instant.init(readable:)) ?? now
    }

    /// Makes the secrets of a service end at `end` or when they would have ended anyway. A service without any has the
    /// derived one.
    static func end(_ service: String, at end: Instant, now: Instant, in database: PostgresDatabase) throws {
        let ended = try database.execute(
            "UPDATE service_secret SET expires_ms = least(coalesce(expires_ms, $1), $1) WHERE service = $2",
            [.instant(end), .text(service)])
        if ended == 0 { insert(nil, of: service, createdAt: now, expiresAt: end, in: database) }
        database.enqueue(
            "DELETE FROM service_secret WHERE service = $1 AND expires_ms <= $2", [.text(service), .instant(now)])
    }

    /// `sealed` nil is the derived secret.
    static func insert(
        _ sealed: String?, of service: String, createdAt: Instant, expiresAt: Instant?, in database: PostgresDatabase
    ) {
        database.enqueue(
            "INSERT INTO service_secret (service, sealed, created_ms, expires_ms) VALUES ($1, $2, $3, $4)",
            [.text(service), .text(sealed), .instant(createdAt), .instant(expiresAt)])
    }
}
