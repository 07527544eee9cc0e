import JobCore
import Logging
import Store
import StoreAccess

/// Fills a store with a long history, by SQL: a realistic mix of services, statuses, reasons and triggers.
struct HistoryFill {
    let storeURL: String
    let executions: Int
    let jobs: Int
    var firstOccurrence = Instant(secondsSinceEpoch: 1_800_000_000)
    /// The number of executions that are open. They are the last ones.
    var openExecutions = 300
    /// The schedule of all jobs.
    var schedule = "rate(5 minutes)"

    static let executionsPerSecond: Int64 = 4

    /// One in this many executions failed; of most of them the service reported it.
    static let failedOneIn = 25
    /// The executions of one transaction: few enough that a daemon beside does not wait too long for its own.
    static let batchMax = 20_000

    /// The instant in the middle of the history, and that of its end.
    var middle: Instant { occurrence(of: executions / 2) }
    var end: Instant { occurrence(of: executions) }

    private func occurrence(of number: Int) -> Instant {
        firstOccurrence.adding(seconds: Int64(number) / Self.executionsPerSecond)
    }

    /// Creates the store if there is none, and writes the jobs as the API does. A tenth of the jobs belong to one
    /// service, `big`; the others to `svc-0` to `svc-39`. `rare` is a tag of a few jobs and `half` that of every second
    /// one.
    func putJobs() async throws -> any CompleteStore {
        let store = try await StoreURL(parsing: storeURL).open(logger: Logger(label: "bench"))
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
        if let path = Installation.path(ofStore: storeURL) {
            try await addExecutions(toFile: path)
        } else {
            try await addExecutionsToServer()
        }
    }
}
