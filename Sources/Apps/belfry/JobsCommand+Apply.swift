import ArgumentParser
import Commands
import Foundation
import JSON
import JobCore

extension JobsCommand {
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates and replaces jobs from files.",
            discussion: """
                It reads and checks all files, compares the jobs with those of the API, prints the changes, and only \
                then makes them. If anything is wrong in any file, nothing is changed.
                """)
        @OptionGroup var api: APIOptions
        @Option(
            name: .shortAndLong,
            help: "A YAML or JSON file, a folder of them, or - for standard input. Repeat it for several.",
            transform: Arguments.notEmpty) var file: [String]
        @Flag(help: "Also delete the jobs that the files don't contain, of the services that they do contain.")
        var prune = false
        @Flag(help: "Only print the changes.") var plan = false
        @Flag(help: "Store a job only if its target accepts a test delivery. A job that is refused stops no other.")
        var verify = false
        @Flag(help: "Print JSON.") var json = false

        /// Files within the limits are read in less; this is for one that keeps a reader busy all the same.
        private static let readingSecondsMax = 20

        func validate() throws {
            guard file.count(where: { $0 == "-" }) <= 1 else {
                throw ValidationError("-f - was given twice, but standard input can be read only once")
            }
        }

        func run() async throws {
            let jobs = try read()
            if jobs.isEmpty { Output.note("There is no job in \(file.joined(separator: ", ")), so nothing changes.") }
            let client = try api.client()
            var changes: [JobChange] = []
            for job in jobs {
                let current = try await client.send("GET", job.name.path)
                switch current.status {
                case 404: changes.append(JobChange(job, current: nil))
                case 200: changes.append(JobChange(job, current: current.body))
                default: throw APIClient.refusal(current, job.name.path)
                }
            }
            if prune { changes += try await surplus(beyond: Set(jobs.map(\.name)), client) }
            try await carryOut(JobPlan(changes), client)
        }

        private func read() throws -> [FileJob] {
            let files = JobFiles(reading: file)
            // A thread of its own: the reader may keep the only thread for tasks busy.
            let watch = Thread {
                Thread.sleep(forTimeInterval: Double(Self.readingSecondsMax))
                guard !Thread.current.isCancelled else { return }
                Output.failure(["reading the files took more than \(Self.readingSecondsMax) s, so nothing is changed"])
                Foundation.exit(1)
            }
            watch.start()
            defer { watch.cancel() }
            return try files.jobs()
        }

        private func carryOut(_ plan: JobPlan, _ client: APIClient) async throws {
            var plan = plan
            if !json { for change in plan.changes { Output.line(change.line) } }
            defer { if json { Output.line(plan.json.text) } }
            guard !self.plan else { return }
            do {
                try await plan.carryOut { change in
                    switch change.action {
                    case .keep: break
                    case .delete: _ = try await client.done("DELETE", change.name.path)
                    case .create, .replace: try await put(change, client)
                    }
                }
            } catch let error as Refused {
                throw Refused(lines: error.lines + plan.report)
            }
            guard plan.refused.isEmpty else { throw Refused(lines: plan.report) }
        }

        private func put(_ change: JobChange, _ client: APIClient) async throws {
            guard verify else {
                _ = try await client.done("PUT", change.name.path, body: change.document)
                return
            }
            let answer = try await client.send("PUT", change.name.path + "?verify=true", body: change.document)
            guard !(200..<300).contains(answer.status) else { return }
            let refusal = APIClient.refusal(answer, change.name.path)
            // Any other failure concerns the other jobs, too.
            guard [409, 422].contains(answer.status) || Self.isNotTested(answer) else { throw refusal }
            throw RefusedChange(lines: refusal.lines)
        }

        /// Whether the target of this job could not be tested. Those of other jobs may be of another kind.
        private static func isNotTested(_ answer: APIClient.Answer) -> Bool {
            answer.body["errors"]?.array?.contains { $0["code"]?.string == FieldError.Code.notTested.rawValue } == true
        }

        /// The deletion of jobs whose service is in the files, but which aren't.
        private func surplus(beyond names: Set<JobName>, _ client: APIClient) async throws -> [JobChange] {
            var changes: [JobChange] = []
            for service in Set(names.map(\.service)).sorted() {
                for job in try await JobList.all(client, service: service) where !names.contains(job) {
                    changes.append(JobChange(deletionOf: job))
                }
            }
            return changes
        }
    }
}
