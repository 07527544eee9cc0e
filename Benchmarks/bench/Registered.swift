import ArgumentParser
import JSON
import JobCore

/// Registers N jobs that are not due, waits until the ticker has taken them up, and then makes 1,000 others due at the
/// same instant.
struct Registered: AsyncParsableCommand {
    @Argument(help: "The number of jobs that are not due.") var registered: Int

    private static let dueCount = 1_000

    func run() async throws {
        let installation = try Installation()
        let processes = ProcessMeter(pidFolder: installation.pidFolder)
        let time = SystemTime()
        let begun = time.monotonicMilliseconds()
        let before = processes.read()
        try await Self.register(registered, in: installation)
        let seconds = Double(time.monotonicMilliseconds() - begun) / 1_000
        try await installation.waitForIdleTicker()
        let after = processes.read()
        try await StrikeRun(installation: installation, count: Self.dueCount).run(
            "registered",
            [
                "registered": .integer(Int64(registered)), "register_s": .number(seconds),
                "tickerd_register_cpu_s": .number(
                    after.cpuByProcess(since: before)["tickerd", default: 0].rounded(digits: 3)),
                "tickerd_rss_mb": .number(after.residentMegabytes["tickerd", default: 0].rounded(digits: 1)),
            ])
    }

    /// Registers jobs of a hundred services that are not due for half a year.
    static func register(_ count: Int, in installation: Installation) async throws {
        let burst = try await Burst(count: count, in: installation)
        let month = Self.month(after: SystemTime().now())
        let services = min(100, count)
        for service in 0..<services {
            let jobs = stride(from: service, to: count, by: services).map { index in
                var job = burst.job(at: "http://127.0.0.1:9/", dueAt: burst.instant)
                job.schedule = schedule(index, month: month)
                return job
            }
            try await burst.put(jobs, of: "registered-\(service)")
        }
    }

    /// One of 10,000 schedules: a minute of a day of the month, each year.
    private static func schedule(_ index: Int, month: Int64) -> ScheduleKey {
        let number = index % 10_000
        let (minute, hour, day) = (number % 60, number / 60 % 24, number / 1_440 + 1)
        return ScheduleKey("cron(\(minute) \(hour) \(day) \(month) ? *)", timeZone: "Europe/Madrid")
    }

    /// The number of the month that is about half a year later.
    private static func month(after now: Instant) -> Int64 {
        let month = Int64(now.rfc3339.dropFirst(5).prefix(2)) ?? 1
        return (month + 5) % 12 + 1
    }
}
