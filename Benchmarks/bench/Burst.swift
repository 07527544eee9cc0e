import JobCore
import Logging
import Store
import StoreAccess

/// Jobs that are due at the same instant, or at some that follow it, in an installation.
struct Burst {
    let installation: Installation
    let instant: Instant
    private let store: any CompleteStore
    private let time = SystemTime()

    /// `count` is the number of jobs, so that there is time to register them.
    init(count: Int, in installation: Installation) async throws {
        self.installation = installation
        store = try await StoreURL(parsing: installation.storeURL).open(logger: Logger(label: "bench"))
        instant = Instant(secondsSinceEpoch: time.now().secondsSinceEpoch + 5 + Int64(count / 4_000))
    }

    /// Registers one job for each address, and waits until half a second before they are due.
    func register(_ addresses: [String]) async throws {
        try await register(addresses.map { job(at: $0, dueAt: instant) }, of: "bench")
    }

    /// Registers these jobs, and waits until half a second before the instant.
    func register(_ jobs: [Job], of service: String) async throws {
        try await put(jobs, of: service)
        guard time.now() < instant else {
            throw Failure("registering the jobs took longer than planned: give a smaller count")
        }
        try await time.sleep(milliseconds: max(0, instant.milliseconds(since: time.now()) - 500))
    }

    /// A job that is due once. `put` names it.
    func job(at address: String, dueAt instant: Instant, heartbeatIntervalSeconds: Int64? = nil) -> Job {
        Job(
            name: JobName(service: "bench", job: "job"), target: InvocationTarget(kind: .http, address: address),
            schedule: ScheduleKey("at(\(instant.rfc3339.dropLast()))"), ttlSeconds: 3_600,
            heartbeatIntervalSeconds: heartbeatIntervalSeconds)
    }

    /// Registers these jobs of a service, named `job-0` and so on.
    func put(_ jobs: [Job], of service: String) async throws {
        for start in stride(from: 0, to: jobs.count, by: 2_000) {
            let puts = (start..<min(start + 2_000, jobs.count)).map { index in
                var job = jobs[index]
                job.name = JobName(service: service, job: "job-\(index)")
                return JobBatch.Put(job)
            }
            _ = try await store.change(
                JobBatch(puts: puts), by: ChangeAuthor(name: "local:bench"), now: time.now())
        }
    }

    /// Waits until `read` returns `count`, and returns the end of the wait. Throws if the value doesn't change for a
    /// minute.
    @discardableResult
    func wait(for what: String, _ count: Int, _ read: @escaping @Sendable () -> Int) async throws -> Meter.Reading {
        try await Meter.wait(for: what, near: max(1, count / 50)) { count - read() }
    }

    /// Waits until a service has had the answers to all its callbacks, and until the last execution is over on record.
    /// Returns the end of the second wait, with the cost of both.
    func waitForRecord(of service: FastService, _ count: Int, _ record: StoreRecord) async throws -> Meter.Reading {
        let answered = try await wait(for: "callbacks answered with 202", count) { service.acceptedCallbacks }
        let limit = 500
        var recorded = try await Meter.wait(for: "ends of executions on record", near: limit - 1) {
            try record.openCount(limit: limit)
        }
        recorded.cpuSeconds += answered.cpuSeconds
        return recorded
    }

    /// Milliseconds from an instant to each of these arrivals. A mark is a number of seconds after the burst's instant.
    func milliseconds(_ arrivals: [Arrival]) -> [Int64] {
        arrivals.map { $0.at.milliseconds(since: instant.adding(seconds: $0.mark)) }
    }
}
