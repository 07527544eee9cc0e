import JobCore
import PostgreSQL
import Store
import Testing

@testable import PostgresStore

/// What two programs do at the same time to one store.
@Suite struct `Two programs with one PostgreSQL store` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    private static func execution(
        of job: String = "nightly", second: Int64 = 0, isExclusive: Bool = true
    ) -> Execution {
        let name = JobName(service: "billing", job: job)
        let occurrence = now.adding(seconds: second)
        return Execution(
            id: Execution.id(of: name.id, at: occurrence), jobID: name.id, jobName: name, occurrence: occurrence,
            createdAt: occurrence, isExclusive: isExclusive, schedule: "rate(1 minute)",
            state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30), attemptDueAt: occurrence)
    }

    @Test func `create an execution once, also beside others of its exclusive job`() async throws {
        let url = try await RealPostgres.emptyStoreURL()
        let stores = try await [
            PostgresStore(url: url, name: "a", logger: RealPostgres.silent),
            PostgresStore(url: url, name: "b", logger: RealPostgres.silent),
        ]
        for round in Int64(0)..<20 {
            let job = "job-\(round)"
            let shared = Self.execution(of: job, second: 10)
            let batches = [[shared], [Self.execution(of: job, second: 5), shared]]
            let answers = try await withThrowingTaskGroup(of: [RecordedExecution?].self) { group in
                for (store, batch) in zip(stores, batches) {
                    group.addTask { try await store.create(batch, now: { Self.now }) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let created = answers.joined().compactMap(\.self).filter { $0.execution.id == shared.id && $0.isNew }
            #expect(created.count == 1)
            let name = shared.jobName
            let page = try await stores[0].executions(ExecutionQuery(service: name.service, job: name.job))
            #expect(page.executions.count == 2)
            #expect(page.executions.filter { !$0.state.status.isFinal }.count == 1)
        }
    }

    @Test func `wait for a run that ends while its job becomes exclusive, and leave no trace of it`() async throws {
        let store = try await RealPostgres.emptyStore()
        let run = Self.execution(isExclusive: false)
        _ = try await store.create([run], now: { Self.now })
        let (locked, hasLocked) = AsyncStream.makeStream(of: Void.self)
        let recorder = Task {
            try await store.write { database in
                _ = try database.rows("SELECT 1 FROM execution_open WHERE id = $1 FOR UPDATE", [.id(run.id)])
                hasLocked.finish()
                // It ends the run once the other transaction waits for it; or after some seconds, if that does not.
                var isAwaited = false
                for _ in 0..<5_000 where !isAwaited {
                    isAwaited = try database.rows(
                        """
                        SELECT EXISTS (
                            SELECT 1 FROM pg_locks
                            WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
                        """)[0].value(0)
                }
                database.enqueue("SELECT add_day(0)")
                try database.execute(
                    """
                    UPDATE execution SET day = 0, status = 3, deadline_ms = NULL, finished_ms = 1
                    WHERE id = $1 AND day = \(Day.open)
                    """, [.id(run.id)])
            }
        }
        for await _ in locked {}
        try await store.write { JobRow.noteEarlierRuns(of: run.jobName, in: $0) }
        _ = try await recorder.value
        let count = try await store.read { try $0.rows("SELECT count(*) FROM earlier_run")[0].value(0, as: Int.self) }
        #expect(count == 0)
    }
}
