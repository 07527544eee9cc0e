import ArgumentParser
import JobCore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a job now, even if it is paused.")
    @OptionGroup var api: APIOptions
    @Argument(help: "The job, service/name.", transform: Arguments.jobName) var job: JobName
    @OptionGroup var options: RunOptions

    func run() async throws {
        try await options.start(try api.client(), job.path + "/run")
    }
}
