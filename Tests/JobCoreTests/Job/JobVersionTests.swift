import JobCore
import Testing

@Suite struct `The version of a job as it was changed` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let job = Job(
        name: JobName(service: "billing", job: "a"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"),
        schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60,
        headers: Dictionary(uniqueKeysWithValues: (0..<20).map { ("X-\($0)", "\($0)") }))

    private static let edits: [@Sendable (inout Job) -> Void] = [
        { $0.name.job = "b" }, { $0.isEnabled = false }, { $0.isExclusive = true }, { $0.target.address += "x" },
        { $0.payload = "" }, { $0.schedule = ScheduleKey("rate(1 minute)", timeZone: "Europe/Madrid") },
        { $0.ttlSeconds = 61 }, { $0.heartbeatIntervalSeconds = 30 }, { $0.retry.maxAttempts = 4 },
        { $0.timeoutSeconds = 16 }, { $0.headers["X-1"] = "2" }, { $0.headers["x-1"] = "1" }, { $0.misfire = .all },
        { $0.misfireMaxAgeSeconds = 1 }, { $0.startAt = now }, { $0.endAt = now }, { $0.tags = ["a"] },
        { $0.description = "" }, { $0.owner = "a" },
    ]

    @Test func `is another one after each change, and the same one in any order of the headers`() {
        let version = Self.job.version(updatedAt: Self.now)
        var versions: Set = [version, Self.job.version(updatedAt: Self.now.adding(milliseconds: 1))]
        for edit in Self.edits {
            var job = Self.job
            edit(&job)
            versions.insert(job.version(updatedAt: Self.now))
        }
        #expect(versions.count == Self.edits.count + 2)
        var same = Self.job
        same.headers = [:]
        for number in (0..<20).reversed() { same.headers["X-\(number)"] = "\(number)" }
        #expect(same.version(updatedAt: Self.now) == version)
    }
}
