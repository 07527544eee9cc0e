import ArgumentParser
import JSON
import JobCore

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Manages jobs: applies files of jobs, lists, shows and deletes jobs.",
        subcommands: [Apply.self, List.self, Show.self, Delete.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs.")
        @OptionGroup var api: APIOptions
        @Option(help: "List only the jobs of this service.", transform: Arguments.serviceName) var service: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let jobs = try await JobList.pages(try api.client(), service: service)
            if json { return Output.line(JSONValue.array(jobs).text) }
            Output.table(
                ["SERVICE", "JOB", "SCHEDULE", "ENABLED", "NEXT"],
                jobs.map { job in
                    ["service_name", "job_name", "schedule", "enabled", "next_occurrence"].map { job[$0]?.cell ?? "-" }
                })
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a job.")
        @OptionGroup var api: APIOptions
        @Argument(help: "The job, service/name.", transform: Arguments.jobName) var job: JobName
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let shown = try await api.client().done("GET", job.path)
            if json { return Output.line(shown.text) }
            guard case .object(let fields) = shown else { return }
            for (field, value) in fields.sorted(by: { $0.key < $1.key }) where value != .null {
                Output.line("\(field): \(value.cell)")
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Deletes a job. Its executions stay on record.")
        @OptionGroup var api: APIOptions
        @Argument(help: "The job, service/name.", transform: Arguments.jobName) var job: JobName
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            _ = try await api.client().done("DELETE", job.path)
            Output.line(json ? JSONValue.object(["deleted": .string("\(job)")]).text : "deleted \(job)")
        }
    }
}
