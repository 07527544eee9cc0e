import JobCore
import Store
import Testing

extension StoreConformance {
    static let overviewScenarios: [StoreScenario] = [
        StoreScenario("the overview of an empty store is empty") { store async throws in
            #expect(try await store.overview(at: start) == StoreOverview())
        },
        StoreScenario("the overview counts jobs and disabled ones, and no deleted ones") { store async throws in
            _ = try await store.put(
                [sampleJob("1"), sampleJob("2", isEnabled: false), sampleJob("3"), sampleJob("4", isEnabled: false)],
                now: start)
            _ = try await store.deleteJob(named: sampleJob("4").name, now: start)
            let overview = try await store.overview(at: start)
            #expect(overview.jobs == 3 && overview.disabledJobs == 1)
        },
        StoreScenario("the overview counts open executions by status, and knows which was created first") {
            store async throws in
            _ = try await store.put([sampleJob()], now: start)
            let executions = (0..<6).map { sampleExecution(minute: $0) }
            try await store.create(executions, now: start)
            try await store.rewrite(executions[0].id) { $0.end(.success) }
            try await store.rewrite(executions[1].id) { $0.end(.fail, .ttl) }
            try await store.rewrite(executions[2].id) { $0.invoke(at: start) }
            try await store.rewrite(executions[3].id) { $0.heartbeat(at: start) }
            try await store.heartbeat(executions[3].id, at: start.adding(seconds: 9))
            try await store.rewrite(executions[4].id) { $0.heartbeat(at: start) }
            try await store.rewrite(executions[4].id) { $0.end(.success) }
            let overview = try await store.overview(at: start)
            #expect(overview.pending == 1 && overview.invoked == 1 && overview.processing == 1)
            #expect(overview.oldestOpenAt == (try await store.execution(executions[2].id))?.createdAt)
            #expect(overview.newestOccurrence == executions[5].occurrence)
        },
        StoreScenario("the earliest attempt that is due is that of a pending execution of a job") {
            store async throws in
            let job = sampleJob("1", isExclusive: true)
            _ = try await store.put([job, sampleJob("2"), sampleJob("3")], now: start)
            #expect(try await store.overview(at: start).earliestDueAt == nil)
            var buffered = sampleExecution(of: job, minute: 1)
            buffered.state.isBuffered = true
            let holder = sampleExecution(of: job, minute: 5)
            try await store.create([holder], now: start)
            try await store.create([buffered], now: start)
            let invoked = sampleExecution(of: sampleJob("2"), minute: 2)
            let deleted = sampleExecution(of: sampleJob("3"), minute: 3)
            try await store.create([invoked, deleted], now: start)
            try await store.rewrite(invoked.id) { $0.invoke(at: start) }
            _ = try await store.deleteJob(named: sampleJob("3").name, now: start)
            #expect(try await store.overview(at: start).earliestDueAt == holder.attemptDueAt)
        },
        StoreScenario("the overview has the progress of each line of reports") { store async throws in
            let progress = LineProgress(latestSignAt: start, latestMarkAt: start.adding(seconds: -3))
            _ = try await store.update([], of: ReportLine.allCases[2]) { _, _ in
                ReportDecision(changes: [], decidedAt: start, progress: progress, answer: ())
            }
            let lines = try await store.overview(at: start).lines
            #expect(lines == [LineProgress(), LineProgress(), progress, LineProgress()])
        },
        StoreScenario("services are listed page by page, in the order of their names, with the numbers of their jobs") {
            store async throws in
            for (index, service) in ["b", "B", "a.c", "a", "zz", "b-1"].enumerated() {
                _ = try await store.put(
                    (0...index).map { sampleJob("job\($0)", service: service, isEnabled: $0 > 0) }, now: start)
            }
            _ = try await store.put([sampleJob("gone", service: "none")], now: start)
            _ = try await store.deleteJob(named: JobName(service: "none", job: "gone"), now: start)
            let expected = [("B", 2), ("a", 4), ("a.c", 3), ("b", 1), ("b-1", 6), ("zz", 5)].map {
                ServiceSummary(service: $0, jobs: $1, disabledJobs: 1)
            }
            for limit in [1, 2, 6, 100] {
                var (listed, after) = ([ServiceSummary](), String?.none)
                repeat {
                    let page = try await store.services(named: nil, after: after, limit: limit, at: start)
                    #expect(page.items.count <= limit)
                    listed += page.items
                    after = page.hasMore ? page.items.last?.service : nil
                } while after != nil
                #expect(listed == expected)
            }
            let one = try await store.services(named: "a", after: nil, limit: 1, at: start)
            #expect(one == ListedPage(items: [expected[1]], hasMore: false))
            #expect(try await store.services(named: "none", after: nil, limit: 1, at: start).items.isEmpty)
        },
        StoreScenario("schedules are listed page by page, those of one service too, disabled jobs included") {
            store async throws in
            let berlin = ScheduleKey("rate(1 minute)", timeZone: "Europe/Berlin")
            let shift = ScheduleKey("rate(1 minute)", dst: DSTPolicy(gap: .shift, overlap: .first))
            let daily = ScheduleKey("rate(1 day)")
            let keys = [everyMinute, everyMinute, berlin, shift, daily]
            let jobs = keys.enumerated().map { index, key in
                sampleJob("job\(index)", isEnabled: index != 1, schedule: key)
            }
            _ = try await store.put(
                jobs + [sampleJob("off", service: "other", isEnabled: false, schedule: berlin)], now: start)
            _ = try await store.put([sampleJob("gone", schedule: ScheduleKey("rate(9 days)"))], now: start)
            _ = try await store.deleteJob(named: sampleJob("gone").name, now: start)
            func listed(_ service: String?, _ limit: Int) async throws -> [ScheduleSummary] {
                var (listed, after) = ([ScheduleSummary](), ScheduleKey?.none)
                repeat {
                    let page = try await store.schedules(service: service, after: after, limit: limit)
                    #expect(page.items.count <= limit)
                    listed += page.items
                    after = page.hasMore ? page.items.last?.key : nil
                } while after != nil
                return listed
            }
            let expected: [(ScheduleKey, Int, Int)] = [
                (daily, 1, 0), (berlin, 2, 1), (shift, 1, 0), (everyMinute, 2, 1),
            ]
            for limit in [1, 2, 4, 100] {
                let all = try await listed(nil, limit)
                #expect(
                    all
                        == expected.map { ScheduleSummary(key: $0, jobs: $1, disabledJobs: $2) }.sorted {
                            Self.texts($0.key).lexicographicallyPrecedes(Self.texts($1.key))
                        })
                #expect(
                    try await listed("other", limit) == [ScheduleSummary(key: berlin, jobs: 1, disabledJobs: 1)])
            }
        },
    ]

    private static func texts(_ key: ScheduleKey) -> [String] { [key.expression, key.timeZone, "\(key.dst)"] }
}
