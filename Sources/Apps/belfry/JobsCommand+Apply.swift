import ArgumentParser
import Commands
import Foundation
import JSON
import JobCore

extension JobsCommand {
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates, replaces and deletes jobs so that they are as files have them.",
            discussion: """
                It reads and checks all files, compares the jobs with those of the API, prints the changes, and only \
                then makes them, up to 500 in one transaction. If anything is wrong in any file, nothing is changed, \
                and a job that somebody changes meanwhile is not overwritten.

                With --owner it manages the jobs of one owner, such as those of a repository, and leaves those of \
                others alone.
                """)
        @OptionGroup var api: APIOptions
        @Option(
            name: .shortAndLong,
            help: "A YAML or JSON file, a folder of them, or - for standard input. Repeat it for several.",
            completion: .file(), transform: Arguments.notEmpty) var file: [String]
        @Option(help: "Whose the jobs are: a name that each of them gets.", transform: Arguments.owner)
        var owner: String?
        @Flag(help: "Take jobs that have another owner.") var takeOver = false
        @Flag(
            help: """
                Also delete the jobs that the files don't contain: with --owner those of the owner, without it those \
                of the services that the files do contain.
                """)
        var prune = false
        @Flag(name: [.customLong("dry-run"), .customLong("plan")], help: "Only print the changes.") var dryRun = false
        @Flag(help: "Delete jobs without asking.") var yes = false
        @Flag(help: "Store a job only if its target accepts a test delivery. A job that is refused stops no other.")
        var verify = false
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard file.count(where: { $0 == "-" }) <= 1 else {
                throw ValidationError("-f - was given twice, but standard input can be read only once")
            }
            guard owner != nil || !takeOver else { throw ValidationError("--take-over needs --owner") }
        }

        func run() async throws {
            let jobs = try ReadingWatch.run("reading the files", "nothing is changed") {
                try JobFiles(reading: file).jobs()
            }
            let planner = JobPlanner(owner: owner, takesOver: takeOver, prunes: prune)
            if jobs.isEmpty, !planner.concernsAllServices {
                Output.note("There is no job in \(file.joined(separator: ", ")), so nothing changes.")
                if json { Output.line(JobPlan([]).json.text) }
                return
            }
            let client = try api.client()
            let current = try await JobList.shown(
                client, services: Set(jobs.map(\.name.service)), ofAllServices: planner.concernsAllServices)
            var plan = try planner.plan(jobs, current: current)
            if !json { Output.rows(plan.lines) }
            defer { if json { Output.line(plan.json.text) } }
            guard !dryRun, !plan.changes.isEmpty else { return }
            try confirm(plan, isWithoutJobs: jobs.isEmpty)
            try await JobApplication(client: client, verifies: verify).carryOut(&plan)
            if !json { Output.line(plan.outcome) }
        }

        /// Asks a person about deletions. Files without a job may be a mistake, so then nothing is deleted without a
        /// yes.
        private func confirm(_ plan: JobPlan, isWithoutJobs: Bool) throws {
            guard plan.deletionCount > 0, !yes else { return }
            if Terminal.asks {
                let jobs = plan.deletionCount == 1 ? "1 job" : "\(plan.deletionCount) jobs"
                guard Terminal.confirms("Delete \(jobs)?") else {
                    throw Refused("nothing is changed")
                }
            } else if isWithoutJobs {
                throw Refused(
                    lines: [
                        "there is no job in \(file.joined(separator: ", ")), so all jobs of the owner would be deleted",
                        "give --yes if they should be; nothing is changed",
                    ])
            }
        }
    }
}
