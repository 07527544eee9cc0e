import GRDB
import JobCore

extension HistoryFill {
    func addExecutions(toFile path: String) async throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144") }
        // The jobs may not be the first of the store.
        let firstJob = try await queue.read { database in
            try Int64.fetchOne(database, sql: "SELECT seq FROM job WHERE service = 'big' AND name = 'job-0'") ?? 1
        }
        for first in stride(from: 0, to: executions, by: Self.batchMax) {
            try await queue.write { database in
                try database.execute(
                    sql: Self.insertIntoFile,
                    arguments: [
                        "first": first, "count": min(Self.batchMax, executions - first), "jobs": jobs,
                        "first_job": firstJob, "begin": firstOccurrence.millisecondsSinceEpoch,
                        "failed": Self.failedOneIn, "open": executions - openExecutions,
                    ])
            }
        }
        try queue.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    /// A multiplicative hash stands for random numbers that are the same in each run.
    private static let insertIntoFile = """
        WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :first + :count),
        r AS (SELECT i, (i * 2654435761) % 4294967296 AS h FROM n),
        s AS (SELECT i, h, iif(i >= :open, i % 3, iif(h % :failed = 0, 4, 3)) AS status FROM r)
        INSERT INTO execution (id, job, occurrence_ms, created_ms, exclusive, schedule, payload, status, reason, ttl_s,
            heartbeat_interval_s, ttl_deadline_ms, extended, invoked_ms, finished_ms, attempts, attempt_due_ms, summary,
            state, correlation_id, retry_of, deadline_ms, trigger_code)
        SELECT randomblob(16), :first_job + iif(h % 5 = 0, (h / 7) % :jobs, ((h / 7) % (:jobs / 20)) * 20),
            :begin + i / 4 * 1000, :begin + i / 4 * 1000 + 5, 0, 'rate(5 minutes)', NULL, status,
            CASE WHEN status < 4 THEN NULL WHEN h % 3 > 0 THEN 0 WHEN i < 1000 THEN 6 ELSE 1 + (h / 11) % 5 END,
            300, 30, :begin + i / 4 * 1000 + 300000, 0, :begin + i / 4 * 1000 + 40,
            iif(status < 3, NULL, :begin + i / 4 * 1000 + 2000),
            '[{"number":1,"at_ms":1800000000000,"status_code":200,"latency_ms":12}]',
            :begin + i / 4 * 1000, 'done, ' || (h % 1000) || ' rows', '{"rows":' || (h % 1000) || '}',
            iif(h % 3 = 0, 'order-' || (i / 40), NULL), iif(h % 200 = 0, randomblob(16), NULL),
            iif(status < 3, :begin + i / 4 * 1000 + 300000, NULL),
            CASE WHEN h % 50 = 0 THEN 1 WHEN h % 50 = 1 THEN 2 WHEN i < 2000 AND h % 2 = 0 THEN 3 ELSE 0 END
        FROM s
        """
}
