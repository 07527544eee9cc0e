import Foundation
import GRDB
import JobCore
import Logging
import SQLiteStore
import Store

/// Fills a store with a long history, by SQL: a realistic mix of services, statuses, reasons and triggers.
struct HistoryFill {
    let path: String
    let executions: Int
    let jobs: Int
    var firstOccurrence = Instant(secondsSinceEpoch: 1_800_000_000)
    /// The number of executions that are open. They are the last ones.
    var openExecutions = 300
    /// The schedule of all jobs.
    var schedule = "rate(5 minutes)"

    static let executionsPerSecond: Int64 = 4

    /// One in this many executions failed; of most of them the service reported it.
    private static let failedOneIn = 25
    /// The executions of one transaction: few enough that a daemon beside does not wait too long for its own.
    private static let batchMax = 20_000

    /// The instant in the middle of the history, and that of its end.
    var middle: Instant { occurrence(of: executions / 2) }
    var end: Instant { occurrence(of: executions) }

    private func occurrence(of number: Int) -> Instant {
        firstOccurrence.adding(seconds: Int64(number) / Self.executionsPerSecond)
    }

    /// Creates the store if there is none, and writes the jobs as the API does. A tenth of the jobs belong to one
    /// service, `big`; the others to `svc-0` to `svc-39`. `rare` is a tag of a few jobs and `half` that of every second
    /// one.
    func putJobs() async throws -> SQLiteStore {
        let store = try SQLiteStore(path: path, logger: Logger(label: "bench"))
        for first in stride(from: 0, to: jobs, by: 2_000) {
            let some = (first..<min(first + 2_000, jobs)).map { number in
                var job = Job(
                    name: JobName(service: number % 10 == 0 ? "big" : "svc-\(number % 40)", job: "job-\(number)"),
                    isEnabled: number % 7 != 0, target: InvocationTarget(kind: .http, address: "https://example.com/"),
                    payload: String(repeating: "x", count: 400), schedule: ScheduleKey(schedule),
                    ttlSeconds: 300)
                job.tags = ["half", "rare"].filter { $0 == "half" ? number % 2 == 0 : number % (jobs / 5) == 1 }
                job.owner = "team-\(number % 100)"
                return job
            }
            _ = try await store.change(
                JobBatch(puts: some.map { JobBatch.Put($0) }), by: ChangeAuthor(name: "bench"),
                now: firstOccurrence)
        }
        return store
    }

    /// Adds the executions: most of them of every twentieth job, as a few jobs run often and most run rarely. Daemons
    /// may have the store open.
    func addExecutions() async throws {
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
                    sql: Self.insert,
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
    private static let insert = """
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
