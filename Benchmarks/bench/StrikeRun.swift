import JSON
import JobCore

/// Jobs whose service reports success at once, from their registration to the line of the result. They are due at the
/// same instant, or one after the other in the seconds that follow it.
struct StrikeRun {
    let installation: Installation
    /// The number of jobs that are due at each instant.
    let count: Int
    /// The number of instants, a second apart.
    var seconds = 1

    /// Throws if not exactly as many successes are on record in the end as there were jobs.
    func run(_ bench: String, _ more: [String: JSONValue] = [:]) async throws {
        let total = count * seconds
        let service = try await FastService.start()
        let burst = try await Burst(count: total, in: installation)
        let record = try StoreRecord(of: installation)
        guard try record.openCount(limit: 1) == 0 else {
            throw Failure("there are open executions before the beginning")
        }
        let last = burst.instant.adding(seconds: Int64(seconds - 1))
        let jobs = (0..<total).map { index in
            let mark = index / count
            return burst.job(
                at: "\(service.url)/\(mark == 0 ? "" : String(mark))", dueAt: burst.instant.adding(seconds: Int64(mark))
            )
        }
        try await burst.register(jobs, of: "bench")
        let measurement = try await Measurement(of: installation)
        let end = try await burst.waitForRecord(of: service, total, record)
        let usage = try await measurement.end()
        let successes = try record.endedCount(burst.instant...last, succeeded: true)
        guard successes == total else {
            throw Failure("\(successes) successes are on record, not \(total)")
        }
        let elapsed = Double(end.at.milliseconds(since: burst.instant)) / 1_000
        ResultLine.print(
            bench,
            [
                "n": .integer(Int64(total)), "seconds": .number(elapsed),
                "exec_per_s": .number((Double(total) / elapsed).rounded(digits: 1)),
                "meter_cpu_s": .number(end.cpuSeconds.rounded(digits: 4)),
            ],
            Percentiles(milliseconds: burst.milliseconds(service.arrivals)).fields(), usage.fields(count: total), more)
        await service.stop()
    }
}
