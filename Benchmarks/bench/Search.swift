import ArgumentParser
import Foundation
import JSON
import JobCore
import Store

/// Fills a store with N executions, runs each kind of search and the reaper's questions several times, and prints how
/// long a page or an answer takes. The store is a file of its own, or the server that `BELFRY_STORE_URL` names.
struct Search: AsyncParsableCommand {
    @Argument(help: "The number of executions.") var count: Int = 1_000_000
    @Option(help: "The number of jobs.") var jobs: Int = 100_000
    @Option(help: "How many of the executions are open.") var open: Int = 300
    @Option(help: "How often each page is read.") var runs: Int = 15

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belfry-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = ProcessInfo.processInfo.environment["BELFRY_STORE_URL"] ?? "sqlite:\(folder.path)/belfry.sqlite"
        var fill = HistoryFill(storeURL: url, executions: count, jobs: jobs)
        fill.openExecutions = open
        let clock = ContinuousClock()
        let begun = clock.now
        let store = try await fill.putJobs()
        try await fill.addExecutions()
        ResultLine.print(
            "search",
            [
                "n": .integer(Int64(count)), "jobs": .integer(Int64(jobs)),
                "fill_s": .number(Self.milliseconds(clock.now - begun) / 1_000),
            ])
        for (name, query) in SearchTable(middle: fill.middle, end: fill.end).executions {
            try await measure(store, name, query)
        }
        for (name, filter) in SearchTable.jobs { try await measure(store, name, filter) }
        try await measureReaper(store, fill)
    }

    /// What the reaper asks every second, and once a minute before it removes history.
    private func measureReaper(_ store: any CompleteStore, _ fill: HistoryFill) async throws {
        let begin = fill.firstOccurrence, end = fill.end.adding(seconds: 3_600)
        let progress = LineProgress(reachableSince: begin, deliverableSince: begin, latestMarkAt: end)
        for (name, instant) in [("overdue: none", begin), ("overdue: all that are open", end)] {
            try await print("reaper", name, page: 1) {
                try await store.overdue(at: instant, progress: progress, limit: 500).count
            }
            try await print("reaper", name.replacing("overdue", with: "undelivered"), page: 1) {
                try await store.undelivered(dueBefore: instant, limit: 500).count
            }
        }
        try await print("reaper", "newest end", page: 1) { try await store.newestEnd() == nil ? 0 : 1 }
    }

    /// The first page, and the one after ten others.
    private func measure(_ store: any CompleteStore, _ name: String, _ query: ExecutionQuery) async throws {
        var query = query
        try await print("executions", name, page: 1) { try await store.executions(query).executions.count }
        for _ in 0..<10 {
            guard let more = try await store.executions(query).more else { return }
            query.more = more
        }
        try await print("executions", name, page: 11) { try await store.executions(query).executions.count }
    }

    private func measure(_ store: any CompleteStore, _ name: String, _ filter: JobFilter) async throws {
        var query = JobQuery(filter, limit: 100)
        try await print("jobs", name, page: 1) { try await store.jobs(query).jobs.count }
        for _ in 0..<10 {
            guard let more = try await store.jobs(query).more else { return }
            query.after = more
        }
        try await print("jobs", name, page: 11) { try await store.jobs(query).jobs.count }
    }

    private func print(_ kind: String, _ name: String, page: Int64, _ read: () async throws -> Int) async throws {
        let clock = ContinuousClock()
        var times: [Double] = []
        var found = 0
        for _ in 0..<runs {
            let begun = clock.now
            found = try await read()
            times.append(Self.milliseconds(clock.now - begun))
        }
        times.sort()
        ResultLine.print(
            "search",
            [
                "kind": .string(kind), "search": .string(name), "page": .integer(page),
                "found": .integer(Int64(found)), "p50_ms": .number(times[times.count / 2]),
                "max_ms": .number(times[times.count - 1]),
            ])
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        (duration / .milliseconds(1) * 100).rounded() / 100
    }
}
