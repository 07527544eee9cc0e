import JobCore
import PostgreSQL

extension HistoryFill {
    func addExecutionsToServer() async throws {
        let pool = PostgresPool(try PostgresOptions(parsing: storeURL, name: "bench"), connectionsMax: 1)
        // The jobs may not be the first of the store.
        let firstJob: Int64 = try await pool.run(.single) { database in
            for day in days { database.enqueue("SELECT add_day($1::bigint)", [.integer(day)]) }
            return try database.rows("SELECT seq FROM job WHERE service = 'big' AND name = 'job-0'")[0].value(0)
        }
        for first in stride(from: 0, to: executions, by: Self.batchMax) {
            let values = [
                first, min(first + Self.batchMax, executions) - 1, executions - openExecutions, Self.failedOneIn, jobs,
            ]
            _ = try await pool.run(.write) { database in
                database.enqueue("SET LOCAL synchronous_commit = off")
                return try database.execute(
                    Self.insertIntoServer,
                    values.map { .integer(Int64($0)) } + [
                        .integer(firstJob), .integer(firstOccurrence.millisecondsSinceEpoch),
                    ])
            }
        }
        // As the server does by itself sooner or later.
        for day in days { try await pool.run(.single) { try $0.define("ANALYZE execution_d\(day)") } }
    }

    /// The days on which the executions ended, counted from 1970.
    private var days: ClosedRange<Int64> {
        firstOccurrence.secondsSinceEpoch / 86_400...end.adding(seconds: 10).secondsSinceEpoch / 86_400
    }

    /// A multiplicative hash stands for random numbers that are the same in each run. The partition -1 is that of open
    /// executions.
    private static let insertIntoServer = """
        INSERT INTO execution (seq, id, job, occurrence_ms, created_ms, ttl_s, heartbeat_interval_s, ttl_deadline_ms,
            attempt_due_ms, deadline_ms, invoked_ms, finished_ms, day, status, reason, trigger_code, exclusive,
            extended, retry_of, schedule, attempts, summary, state, correlation_id)
        SELECT nextval('execution_seq'), gen_random_uuid(),
            $6::bigint + CASE WHEN h % 5 = 0 THEN h / 7 % $5::bigint ELSE h / 7 % ($5::bigint / 20) * 20 END,
            at, at + 5, 300, 30, at + 300000, at, CASE WHEN status < 3 THEN at + 300000 END, at + 40,
            CASE WHEN status > 2 THEN at + 2000 END, CASE WHEN status < 3 THEN -1 ELSE (at + 2000) / 86400000 END,
            status, CASE WHEN status < 4 THEN NULL WHEN h % 3 > 0 THEN 0 WHEN i < 1000 THEN 6 ELSE 1 + h / 11 % 5 END,
            CASE WHEN h % 50 = 0 THEN 1 WHEN h % 50 = 1 THEN 2 WHEN i < 2000 AND h % 2 = 0 THEN 3 ELSE 0 END,
            false, false, CASE WHEN h % 200 = 0 THEN gen_random_uuid() END, 'rate(5 minutes)',
            '[{"number":1,"at_ms":1800000000000,"status_code":200,"latency_ms":12}]', 'done, ' || h % 1000 || ' rows',
            '{"rows":' || h % 1000 || '}', CASE WHEN h % 3 = 0 THEN 'order-' || i / 40 END
        FROM (
            SELECT i, h, $7::bigint + i / 4 * 1000 AS at,
                CASE WHEN i >= $3::bigint THEN i % 3 WHEN h % $4::bigint = 0 THEN 4 ELSE 3 END AS status
            FROM (
                SELECT i, i * 2654435761 % 4294967296 AS h FROM generate_series($1::bigint, $2::bigint) i
            ) hashed
        ) made
        """
}
