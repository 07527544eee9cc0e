import ArgumentParser

/// Makes N jobs due at the same instant, and measures until the last success is recorded.
struct Strike: AsyncParsableCommand {
    @Argument(help: "The number of jobs.") var count: Int

    func run() async throws {
        try await StrikeRun(installation: Installation(), count: count).run("strike")
    }
}
