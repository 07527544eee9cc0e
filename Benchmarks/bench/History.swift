import ArgumentParser
import JSON
import JobCore

/// Fills the installation's store with N executions that are over, and then makes jobs due at the same instant.
struct History: AsyncParsableCommand {
    @Argument(help: "The number of executions in the history.") var history: Int
    @Argument(help: "The number of jobs that are due then.") var count: Int = 20_000

    /// What is older than 30 days is removed. A history has four executions a second.
    private static let historyMax = 4 * 25 * 86_400

    func validate() throws {
        guard history <= Self.historyMax else { throw ValidationError("give at most \(Self.historyMax) executions") }
    }

    func run() async throws {
        let installation = try Installation()
        let time = SystemTime()
        let begun = time.monotonicMilliseconds()
        var fill = HistoryFill(
            storeURL: installation.storeURL, executions: history, jobs: min(max(100, history / 10), 100_000))
        // The last of them was due an hour ago, all of them are over, and their jobs are not due again.
        fill.firstOccurrence = Instant(
            secondsSinceEpoch: time.now().secondsSinceEpoch - 3_600 - Int64(history) / HistoryFill.executionsPerSecond)
        fill.openExecutions = 0
        fill.schedule = "at(2199-01-01T00:00:00)"
        _ = try await fill.putJobs()
        try await fill.addExecutions()
        let fillSeconds = Double(time.monotonicMilliseconds() - begun) / 1_000
        try await installation.waitForIdleTicker()
        try await StrikeRun(installation: installation, count: count).run(
            "history", ["history": .integer(Int64(history)), "fill_s": .number(fillSeconds)])
    }
}
