import Foundation
import GRDB
import JobCore
import Store
import StoreConformance
import Synchronization
import Testing

@testable import SQLiteStore

/// The statements of searches, and how SQLite answers them.
@Suite struct `The plan of a search` {
    private final class Statements: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    /// The plans of all statements that `body` runs, with the statements.
    private static func plans(
        in store: SQLiteStore, _ body: @Sendable (Database) throws -> Void
    ) async throws -> [(sql: String, plan: String)] {
        try await store.read { database in
            let statements = Statements()
            database.trace { event in statements.add(event.expandedDescription) }
            try body(database)
            database.trace(options: [])
            return try statements.all.filter { $0.hasPrefix("SELECT") }.map { sql in
                let steps = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)")
                return (sql, steps.map { $0["detail"] as String }.joined(separator: "; "))
            }
        }
    }

    /// Reads all rows of a table, or an index from its beginning to its end.
    private static func scans(_ plan: String) -> Bool {
        plan.split(separator: "; ").contains { step in
            step.hasPrefix("SCAN") && !step.contains("CONSTANT ROW")
                // The values of an index's lists.
                && !step.contains("VIRTUAL TABLE") && step != "SCAN l"
                // Few executions are open at a time, and no more than 5,000 are counted.
                && !step.contains("execution_by_deadline") && !step.lowercased().contains("subquery")
                // Goes through the jobs in their order as far as a page needs.
                && !step.contains("job_listed")
        }
    }

    private static func store(_ folder: TemporaryFolder) async throws -> SQLiteStore {
        let store = try folder.store()
        let jobs = (0..<40).map { number in
            var job = Job(
                name: JobName(service: "s\(number % 4)", job: "j\(number)"),
                target: InvocationTarget(kind: .http, address: "https://example.com/"),
                schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
            job.tags = ["t\(number % 3)"]
            job.owner = "o\(number % 2)"
            return job
        }
        let now = Instant(secondsSinceEpoch: 1_900_000_000)
        _ = try await store.put(jobs, now: now)
        let executions = jobs.flatMap { job in
            (0..<30).map { minute in
                let occurrence = now.adding(seconds: Int64(60 * minute))
                var execution = Execution(
                    id: Execution.id(of: job.name.id, at: occurrence), jobID: job.name.id, jobName: job.name,
                    occurrence: occurrence, createdAt: occurrence, isExclusive: false,
                    trigger: minute == 7 ? .manual : .schedule, schedule: "rate(1 minute)",
                    state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30),
                    attemptDueAt: occurrence)
                execution.outcome.correlationID = minute % 5 == 0 ? "c" : nil
                execution.retryOf = minute == 9 ? .random() : nil
                execution.state.status = minute % 10 == 0 ? .fail : .success
                execution.state.reason = minute % 10 == 0 ? .ttl : nil
                execution.state.finishedAt = occurrence
                return execution
            }
        }
        _ = try await store.create(executions, now: { now })
        return store
    }

    private static let job = JobName(service: "s1", job: "j1")
    private static let conditions: [@Sendable (inout ExecutionQuery) -> Void] = [
        { $0.jobs.names = [JobNamePattern(service: "s1")] },
        { $0.jobs.names = [JobNamePattern(service: "s1", job: "j1")] },
        { $0.jobs.names = (0..<100).map { JobNamePattern(service: "s\($0 % 4)", job: "j\($0)") } },
        { $0.jobs.names = [JobNamePattern(job: "j1")] },
        { $0.jobs.ids = (0..<100).map { JobName(service: "s\($0 % 4)", job: "j\($0)").id } },
        { $0.jobs.tag = "t1" },
        { $0.jobs.owner = "o1" },
        { $0.status = .success }, { $0.status = .fail }, { $0.status = .pending }, { $0.reason = .ttl },
        { $0.trigger = .schedule }, { $0.trigger = .manual }, { $0.correlationID = "c" },
        { $0.retryOf = Execution.id(of: job.id, at: Instant(secondsSinceEpoch: 0)) },
        { $0.since = Instant(secondsSinceEpoch: 1_900_000_000) },
        { $0.until = Instant(secondsSinceEpoch: 1_900_000_900) },
        {
            $0.more = ExecutionPosition(occurrence: Instant(secondsSinceEpoch: 1_900_000_900), number: 9)
        },
    ]

    @Test func `of executions scans nothing, and sorts nothing but open executions, for all pairs of conditions`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(folder)
        for first in Self.conditions.indices {
            for second in Self.conditions.indices where first <= second {
                var query = ExecutionQuery(limit: 10)
                Self.conditions[first](&query)
                Self.conditions[second](&query)
                let search = ExecutionSearch(query)
                let plans = try await Self.plans(in: store) { database in
                    _ = try search.page(in: database, leavingOut: store.unreadable)
                }
                // Only a failed execution has a reason: the store is not asked for others.
                #expect(!plans.isEmpty || query.reason != nil && query.status != .fail, "\(query)")
                for (sql, plan) in plans {
                    #expect(!Self.scans(plan), "\(query): \(sql): \(plan)")
                    #expect(!plan.contains("TEMP B-TREE") || sql.contains("execution_by_deadline"), "\(sql): \(plan)")
                }
            }
        }
    }

    @Test func `of jobs reads an index, and sorts nothing`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(folder)
        let names = (0..<100).map { JobName(service: "s\($0 % 4)", job: "j\($0)") }
        let filters = [
            JobFilter(), JobFilter(isEnabled: false), JobFilter(names: [JobNamePattern(service: "s1")]),
            JobFilter(names: names.map { JobNamePattern(service: $0.service, job: $0.job) }),
            JobFilter(names: [JobNamePattern(job: "j1")]), JobFilter(ids: names.map(\.id)), JobFilter(tag: "t1"),
            JobFilter(owner: "o1"), JobFilter(tag: "t1", owner: "o1", isEnabled: true),
            JobFilter(names: [JobNamePattern(service: "s1")], ids: names.map(\.id), tag: "t1"),
        ]
        for filter in filters {
            for after in [nil, Self.job] {
                for sortedMax in [0, JobSearch.sortedMax] {
                    let search = JobSearch(JobQuery(filter, after: after, limit: 10), sortedMax: sortedMax)
                    let plans = try await Self.plans(in: store) { database in
                        _ = try search.page(in: database, leavingOut: store.unreadable)
                    }
                    for (sql, plan) in plans {
                        #expect(!Self.scans(plan) && !plan.contains("TEMP B-TREE"), "\(filter): \(sql): \(plan)")
                    }
                }
            }
        }
    }

    @Test func `looks at no more entries than its bound, and its pages together still hold everything`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(folder)
        // Nothing matches the first, and the oldest of a few hundred matches the second.
        for query in [
            ExecutionQuery(jobs: JobFilter(tag: "t1"), trigger: .backfill), ExecutionQuery(status: .success),
            ExecutionQuery(jobs: JobFilter(names: [JobNamePattern(service: "s2")]), status: .success, trigger: .manual),
        ] {
            let whole = try await store.read { try ExecutionSearch(query).page(in: $0, leavingOut: store.unreadable) }
            var (bounded, found, pages) = (query, [Execution](), 0)
            repeat {
                let search = ExecutionSearch(bounded, examinedMax: 20)
                let page = try await store.read { try search.page(in: $0, leavingOut: store.unreadable) }
                found += page.executions
                bounded.more = page.more
                pages += 1
            } while bounded.more != nil && pages < 2_000
            #expect(Array(found.map(\.id).prefix(100)) == whole.executions.map(\.id), "\(query)")
            #expect(Set(found.map(\.id)).count == found.count)
        }
    }

    @Test func `for jobs finds the same, whether it sorts them or goes through all in their order`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(folder)
        for filter in [
            JobFilter(tag: "t1"), JobFilter(owner: "o0"), JobFilter(isEnabled: false),
            JobFilter(names: [JobNamePattern(service: "s3")]),
            JobFilter(names: [JobNamePattern(service: "s3"), JobNamePattern(job: "j1")], tag: "t1"),
        ] {
            var found: [[JobName]] = []
            for sortedMax in [JobSearch.sortedMax, 3] {
                var (query, names, pages) = (JobQuery(filter, limit: 4), [JobName](), 0)
                repeat {
                    let search = JobSearch(query, sortedMax: sortedMax, examinedMax: 5)
                    let page = try await store.read { try search.page(in: $0, leavingOut: store.unreadable) }
                    names += page.jobs.map(\.job.name)
                    query.after = page.more
                    pages += 1
                } while query.after != nil && pages < 100
                found.append(names)
            }
            #expect(found[0] == found[1], "\(filter)")
            #expect(found[0].isEmpty == (filter.isEnabled == false))
        }
    }
}
