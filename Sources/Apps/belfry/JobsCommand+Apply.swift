import ArgumentParser
import JSON
import JobCore

extension JobsCommand {
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates and replaces jobs from files.")
        @OptionGroup var api: APIOptions
        @Option(name: .shortAndLong, help: "A YAML or JSON file, or a folder of them.") var file: String
        @Flag(help: "Also delete the jobs that the files don't contain, of the services that they do contain.")
        var prune = false
        @Flag(help: "Only print the changes.") var plan = false
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let jobs = try JobFiles.read(file)
            let client = try api.client()
            var changes: [Change] = []
            for job in jobs {
                let current = try await client.send("GET", job.name.path)
                switch current.status {
                case 404: changes.append(Change(action: "create", name: job.name, document: job.document))
                case 200 where Self.isSame(current.body, job):
                    changes.append(Change(action: "keep", name: job.name, document: nil))
                case 200: changes.append(Change(action: "replace", name: job.name, document: job.document))
                default: throw APIClient.refusal(current, job.name.path)
                }
            }
            if prune { changes += try await surplus(beyond: jobs.map(\.name), client) }
            if !json { for change in changes { Output.line("\(change.action) \(change.name)") } }
            if !plan { for change in changes { try await change.carryOut(client) } }
            if json {
                Output.line(
                    JSONValue.array(
                        changes.map { .object(["action": .string($0.action), "job": .string("\($0.name)")]) }
                    ).text)
            }
        }

        /// One change to make.
        struct Change {
            /// `create`, `replace`, `keep` or `delete`.
            var action: String
            var name: JobName
            var document: JSONValue?

            func carryOut(_ client: APIClient) async throws {
                switch action {
                case "keep": return
                case "delete": _ = try await client.done("DELETE", name.path)
                default: _ = try await client.done("PUT", name.path, body: document)
                }
            }
        }

        /// Compares a job of the API with one of a file. The API shows jobs with their defaults, so both are parsed
        /// first.
        private static func isSame(_ shown: JSONValue, _ job: JobFiles.NamedJob) -> Bool {
            guard case .object(var fields) = shown else { return false }
            let added = ["service_name", "job_name", "job_guid", "created_at", "updated_at", "next_occurrence"]
            for field in added { fields[field] = nil }
            guard let stored = try? JobDocument.parse(.object(fields), name: job.name),
                var wanted = try? JobDocument.parse(job.document, name: job.name)
            else { return false }
            wanted.heartbeatIntervalSeconds = wanted.effectiveHeartbeatIntervalSeconds
            return stored == wanted
        }

        /// The deletion of jobs whose service is in the files, but which aren't.
        private func surplus(beyond names: [JobName], _ client: APIClient) async throws -> [Change] {
            var changes: [Change] = []
            for service in Set(names.map(\.service)).sorted() {
                for job in try await JobList.all(client, service: service) where !names.contains(job) {
                    changes.append(Change(action: "delete", name: job, document: nil))
                }
            }
            return changes
        }
    }
}
