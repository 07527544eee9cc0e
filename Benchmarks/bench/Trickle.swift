import ArgumentParser
import JSON

/// Makes some jobs due in each second, and measures how long after their instants the webhooks arrive. An expression
/// names whole seconds, so those of one second are due together.
struct Trickle: AsyncParsableCommand {
    @Argument(help: "The number of jobs that are due in each second.") var rate: Int
    @Option(help: "The number of seconds.") var seconds: Int = 30

    func run() async throws {
        try await StrikeRun(installation: Installation(), count: rate, seconds: seconds)
            .run("trickle", ["rate": .integer(Int64(rate))])
    }
}
