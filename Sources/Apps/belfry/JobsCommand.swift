import ArgumentParser
import JobCore

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Jobs: apply files, list, show, delete.",
        subcommands: [Apply.self, List.self, Show.self, Delete.self])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates and replaces jobs from files, after showing what will change.")
        @OptionGroup var api: APIOptions
        @Option(name: .shortAndLong, help: "A YAML or JSON file, or a folder of them.") var file: String
        @Flag(help: "Delete jobs of the services in the files that the files don't name.") var prune = false
        @Flag(help: "Only show what would change.") var plan = false
        @Flag(help: "Print one JSON value.") var json = false

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

        struct Change {
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

        /// The API shows jobs with defaults filled in, so both sides are compared as it would store them.
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

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs.")
        @OptionGroup var api: APIOptions
        @Option(help: "Only this service's.") var service: String?
        @Flag(help: "Print one JSON value.") var json = false

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
        @Argument(help: "service/name") var job: JobName
        @Flag(help: "Print one JSON value.") var json = false

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
        static let configuration = CommandConfiguration(abstract: "Deletes a job; its history stays.")
        @OptionGroup var api: APIOptions
        @Argument(help: "service/name") var job: JobName
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            _ = try await api.client().done("DELETE", job.path)
            Output.line(json ? JSONValue.object(["deleted": .string("\(job)")]).text : "deleted \(job)")
        }
    }
}

/// All pages of the API's list of jobs.
enum JobList {
    static func pages(_ client: APIClient, service: String?) async throws -> [JSONValue] {
        var jobs: [JSONValue] = []
        var more: String?
        repeat {
            let path = service.map { "/services/\(APIClient.segment($0))/jobs" } ?? "/jobs"
            let page = try await client.done(
                "GET", "\(path)?limit=1000" + (more.map { "&more=\(APIClient.segment($0))" } ?? ""))
            jobs += page["results"]?.array ?? []
            more = page["paging"]?["more"]?.string
        } while more != nil
        return jobs
    }

    static func all(_ client: APIClient, service: String) async throws -> [JobName] {
        try await pages(client, service: service).compactMap { job in
            job["job_name"]?.string.map { JobName(service: service, job: $0) }
        }
    }
}
