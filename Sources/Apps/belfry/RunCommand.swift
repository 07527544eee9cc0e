import ArgumentParser
import JSON
import JobCore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a job now, even if it is paused.")
    @OptionGroup var api: APIOptions
    @Argument(help: "The job, service/name.", transform: Arguments.jobName) var job: JobName
    @Option(help: "The payload of this run, instead of the job's.") var payload: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let body = payload.map { JSONValue.object(["payload": .string($0)]) }
        let answer = try await api.client().done("POST", job.path + "/run", body: body)
        Output.line(json ? answer.text : answer["execution_id"]?.cell ?? "")
    }
}
