public import JobCore
import PostgreSQL
public import Store

/// Looks at a store in PostgreSQL and changes nothing: neither does it create a store, nor bring its schema up to date.
///
///     let inspection = try await StoreLook(url: url).inspect()
public struct StoreLook: Sendable {
    private let pool: PostgresPool
    private let place: String

    /// Throws `StoreError.unusable` when the URL is wrong.
    public init(url: String) throws(StoreError) {
        do {
            let options = try PostgresOptions(parsing: url, name: "belfry")
            place = options.place
            pool = PostgresPool(options, connectionsMax: 1)
        } catch {
            throw .unusable("the store's URL is wrong: \(error)")
        }
    }

    /// The version of the store's schema; 0 while there is none.
    public func schemaVersion() async throws(StoreError) -> Int {
        try await look { try Schema.version(in: $0) }
    }

    /// What is in the store. The size is that of the database. Throws `StoreError.unusable` if there is no store.
    public func inspect() async throws(StoreError) -> StoreInspection {
        try await look { database in
            let version = try Schema.version(in: database)
            guard version > 0 else { throw StoreError.unusable("there is no Belfry store in the database") }
            database.enqueue("SELECT set_config('enable_seqscan', 'on', true)")
            let row = try database.rows(
                """
                SELECT pg_database_size(current_database()), (SELECT count(*) FROM job WHERE deleted_ms IS NULL),
                    (SELECT count(*) FROM execution), (SELECT count(*) FROM execution_open),
                    (SELECT max(value_ms) FROM newest_occurrence)
                """)[0]
            return StoreInspection(
                schemaVersion: version, knownSchemaVersion: Schema.version, bytes: try row.value(0), freeBytes: nil,
                jobCount: try row.value(1), executionCount: try row.value(2), openExecutionCount: try row.value(3),
                newestOccurrence: try row.value(4, as: Int64?.self).map(Instant.init(millisecondsSinceEpoch:)),
                damage: nil)
        }
    }

    /// The services' secrets that are valid at an instant, sealed, with the name of each one's service.
    public func sealedSecrets(at now: Instant) async throws(StoreError) -> [(service: String, sealed: String)] {
        try await look { database in
            guard try Schema.version(in: database) > 0 else { return [] }
            return try database.rows(
                """
                SELECT service, sealed FROM service_secret
                WHERE sealed IS NOT NULL AND (expires_ms IS NULL OR expires_ms > $1::bigint) ORDER BY service, seq
                """, [.instant(now)]
            ).map { (service: try $0.value(0), sealed: try $0.value(1)) }
        }
    }

    private func look<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.run(.snapshot, body)
        } catch {
            throw StoreError(error, place: place, isOpening: true)
        }
    }
}
