import PostgreSQL
import Store

/// The tables, as a list of migrations. A released migration is never changed; a new one follows it.
///
/// All of it is in one schema of the database, `belfry` unless the URL names another one with
/// `options=-c search_path=NAME`.
enum Schema {
    /// The first is version 1.
    private static let migrations: [[String]] = [
        [jobs, scheduleChanges, executions, executionIndexes, openExecutions, days, aboutExecutions, operators]
    ]

    /// The version that this program knows.
    static let version = migrations.count

    /// PostgreSQL 14 is the first that ends what is done for a lost connection (`client_connection_check_interval`).
    private static let serverVersionMin = 140_000

    /// Takes an advisory lock until the end of the transaction. Each store of a database has its own. The numbers are
    /// any that no other program of the database has.
    static let lockSchema = lock(1_113_943_142)
    /// See `PostgresStore.change`.
    static let lockJobs = lock(1_113_943_143)
    /// While the partition of a day is made or removed.
    static let lockDays = lock(1_113_943_144)

    private static func lock(_ number: Int32) -> String {
        "SELECT pg_advisory_xact_lock(\(number), hashtext(current_setting('search_path')))"
    }

    /// Brings the schema up to date, in one transaction. Programs that do this at the same time take turns. Throws
    /// `StoreError.unusable` if it is newer than this program.
    static func migrate(_ database: PostgresDatabase) throws {
        guard database.serverVersion >= serverVersionMin else {
            throw StoreError.unusable(
                "PostgreSQL \(database.serverVersion / 10_000) is too old: the store needs version 14 or later")
        }
        // Most often nothing is to be done, and nothing is locked.
        if try version(in: database) == version { return }
        try database.define("BEGIN")
        do {
            // Several programs may begin at once, and a migration may take long.
            try database.define("SET LOCAL lock_timeout = '60s'")
            try database.define("SET LOCAL statement_timeout = 0")
            try database.define(lockSchema)
            let found = try version(in: database)
            try refuseNewer(found)
            if found < version { try apply(from: found, to: database) }
            try database.define("COMMIT")
        } catch {
            try? database.define("ROLLBACK")
            throw error
        }
    }

    /// The version of the database's schema, 0 while there is none.
    static func version(in database: PostgresDatabase) throws -> Int {
        // A query: `to_regclass` may answer as it did before the wait for another program.
        let exists = try database.rows(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = current_setting('search_path') AND c.relname = 'schema_version')
            """)[0]
        guard try exists.value(0) else { return 0 }
        return try database.rows("SELECT version FROM schema_version").first?.value(0) ?? 0
    }

    private static func refuseNewer(_ found: Int) throws(StoreError) {
        guard found > version else { return }
        throw .unusable(
            "the store was written by a newer Belfry (schema \(found), this program knows \(version)): "
                + "upgrade this program")
    }

    private static func apply(from found: Int, to database: PostgresDatabase) throws {
        if found == 0 {
            let encoding: String = try database.rows("SHOW server_encoding")[0].value(0)
            guard encoding == "UTF8" else {
                throw StoreError.unusable(
                    "the database's encoding is \(encoding): create it with ENCODING 'UTF8'")
            }
            // The search path is one plain name, which needs no quotes.
            let name: String = try database.rows("SHOW search_path")[0].value(0)
            guard !name.isEmpty, name.allSatisfy({ $0 == "_" || $0.isASCII && ($0.isLowercase || $0.isNumber) }) else {
                throw StoreError.unusable("search_path is “\(name)”: it must be one name of a-z, 0-9 and “_”")
            }
            // IF NOT EXISTS would ask for the right to make schemas also where the owner has made this one.
            let exists = try database.rows(
                "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1::text)", [.text(name)])[0]
            if try !exists.value(0) { try database.define("CREATE SCHEMA \(name)") }
            try database.define(
                "CREATE TABLE schema_version (only_row boolean PRIMARY KEY CHECK (only_row), version bigint NOT NULL)")
            try database.define("INSERT INTO schema_version VALUES (true, 0)")
        }
        for statements in migrations[found...] {
            for statement in statements.joined(separator: ";;").split(separator: ";;") {
                try database.define(String(statement))
            }
        }
        try database.execute("UPDATE schema_version SET version = $1", [.count(version)])
    }
}
