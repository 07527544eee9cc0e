import JobCore
import PostgreSQL

/// Removes executions that ended long ago, inside one transaction: the partition of a day as a whole, once the day has
/// passed. What must stay longer, such as the last success of a job that is long gone, is moved before that.
struct HistoryRemoval {
    private let instant: Instant

    init(before instant: Instant) { self.instant = instant }

    /// The days that have a partition and have passed, the first one first.
    func days(in database: PostgresDatabase) throws -> [Int64] {
        try database.rows(
            """
            SELECT d FROM (
                SELECT substring(c.relname::text FROM '^execution_d([0-9]+)$')::bigint d
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'execution'::regclass) days
            WHERE d < $1::bigint ORDER BY d
            """, [.integer(Day.of(instant))]
        ).map { try $0.value(0) }
    }

    /// Moves what must stay of a day, and answers the number of the other executions. To be committed before the day is
    /// removed, since it may take a while.
    func prepare(_ day: Int64, in database: PostgresDatabase) throws -> Int {
        try moveLastSuccesses(of: day, in: database)
        return try database.rows("SELECT count(*) FROM execution WHERE day = $1::bigint", [.integer(day)])[0].value(0)
    }

    /// Removes a day that is prepared; false if there is none. Everyone else waits meanwhile, so it is short, and waits
    /// itself for a second at most.
    func remove(_ day: Int64, in database: PostgresDatabase) throws -> Bool {
        database.enqueue("SELECT set_config('lock_timeout', '1s', true)")
        database.enqueue(Schema.lockDays)
        // First, since no other transaction has a lock of a part and waits for the whole.
        database.enqueue("LOCK TABLE ONLY execution IN ACCESS EXCLUSIVE MODE")
        let exists = try database.rows("SELECT to_regclass('execution_d\(day)') IS NOT NULL")[0].value(0, as: Bool.self)
        guard exists else { return false }
        try moveLastSuccesses(of: day, in: database)
        try database.define("DROP TABLE execution_d\(day)")
        try removeJobsThatWereNeverPut(in: database)
        return true
    }

    private func moveLastSuccesses(of day: Int64, in database: PostgresDatabase) throws {
        try database.execute(
            """
            UPDATE execution e SET day = \(Day.kept) FROM last_success s
            WHERE e.id = s.execution AND e.day = $1::bigint
            """, [.integer(day)])
    }

    /// Removes up to `limit` executions that are no last successes any more.
    func removeKept(limit: Int, in database: PostgresDatabase) throws -> Int {
        try database.execute(
            """
            DELETE FROM execution_kept WHERE id IN (
                SELECT e.id FROM execution_kept e
                WHERE e.finished_ms < $1::bigint AND NOT EXISTS (SELECT 1 FROM last_success WHERE execution = e.id)
                LIMIT $2::bigint)
            """, [.instant(instant), .count(limit)])
    }

    /// Removes the rows that only the executions of tests needed (`ExecutionInserter.insertUnknownJobs`).
    private func removeJobsThatWereNeverPut(in database: PostgresDatabase) throws {
        try database.execute(
            """
            DELETE FROM job j WHERE document = '' AND deleted_ms IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.job = j.seq)
            """)
    }
}
