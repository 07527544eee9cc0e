import ArgumentParser
import Commands
import JSON
import JobCore

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Manages jobs: applies files of jobs, exports, imports, lists, shows, pauses and deletes jobs.",
        subcommands: [
            Apply.self, Export.self, Import.self, List.self, Show.self, Delete.self, Pause.self, Resume.self,
            Pauses.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs.")
        @OptionGroup var api: APIOptions
        @Option(help: "List only the jobs of this service.", transform: Arguments.serviceName) var service: String?
        @Option(help: "List only the jobs with this tag.", transform: Arguments.tag) var tag: String?
        @Option(help: "List only the jobs of this owner.", transform: Arguments.owner) var owner: String?
        @Option(help: "List only the jobs that are enabled, or only the others: true or false.") var enabled: Bool?
        @Option(help: "List only the jobs that are paused, or only the others: true or false.") var paused: Bool?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let all = [
                ("tag", tag), ("owner", owner), ("enabled", enabled.map { "\($0)" }),
                ("paused", paused.map { "\($0)" }),
            ]
            let filter = all.compactMap { name, value in value.map { (name: name, value: $0) } }
            let jobs = try await JobList.pages(try api.client(), service: service, filter: filter)
            if json { return Output.line(JSONValue.array(jobs).text) }
            Output.table(
                ["SERVICE", "JOB", "SCHEDULE", "ENABLED", "PAUSED", "NEXT"],
                jobs.map { job in
                    ["service_name", "job_name", "schedule", "enabled"].map { job[$0]?.cell ?? "-" }
                        + [PauseLine(of: job)?.subject ?? "-", job["next_occurrence"]?.cell ?? "-"]
                }, whole: ["JOB"])
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
            let pause = PauseLine(of: shown)?.text
            Output.fields(
                FieldSheet.job(shown).map { ($0.name, $0.name == "paused" ? pause ?? $0.text : $0.text) })
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
