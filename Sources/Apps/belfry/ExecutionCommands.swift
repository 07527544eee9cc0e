import ArgumentParser
import JobCore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs a job now, also a paused one.")
    @OptionGroup var api: APIOptions
    @Argument(help: "service/name") var job: JobName
    @Option(help: "What the run is given in place of the job's payload.") var payload: String?
    @Flag(help: "Print one JSON value.") var json = false

    func run() async throws {
        let body = payload.map { JSONValue.object(["payload": .string($0)]) }
        let answer = try await api.client().done("POST", job.path + "/executions", body: body)
        Output.line(json ? answer.text : answer["execution_id"]?.cell ?? "")
    }
}

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Ends a running execution.")
    @OptionGroup var api: APIOptions
    @Argument(help: "The execution's id.") var id: String
    @Flag(help: "Print one JSON value.") var json = false

    func run() async throws {
        _ = try await api.client().done("POST", "/executions/\(APIClient.segment(id))/cancel")
        Output.line(json ? JSONValue.object(["cancelling": .string(id)]).text : "cancelling \(id)")
    }
}

struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions", abstract: "Lists executions, newest first, or shows one with its timeline.")
    @OptionGroup var api: APIOptions
    @Argument(help: "service/name to list a job's, an id to show one, nothing for all.") var subject: String?
    @Option(help: "pending, invoked, processing, success or fail.") var status: String?
    @Option(help: "How many, 1 to 100.") var limit = 20
    @Flag(help: "Print one JSON value.") var json = false

    func run() async throws {
        let client = try api.client()
        if let subject, ExecutionID(text: subject) != nil {
            return show(try await client.done("GET", "/executions/\(subject)"))
        }
        var path = "/executions"
        if let subject {
            guard let name = JobName(argument: subject) else {
                throw ValidationError("“\(subject)” is neither service/name nor the id of an execution")
            }
            path = name.path + "/executions"
        }
        let filter = status.map { "&status=\(APIClient.segment($0))" } ?? ""
        let page = try await client.done("GET", "\(path)?limit=\(limit)\(filter)")
        if json { return Output.line(page.text) }
        Output.table(
            ["EXECUTION", "SERVICE", "JOB", "SCHEDULED", "STATUS", "REASON"],
            (page["results"]?.array ?? []).map { item in
                ["execution_id", "service_name", "job_name", "scheduled_time", "status", "reason"]
                    .map { item[$0]?.cell ?? "-" }
            })
    }

    private func show(_ execution: JSONValue) {
        if json { return Output.line(execution.text) }
        guard case .object(let fields) = execution else { return }
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) where value != .null && field != "timeline" {
            Output.line("\(field): \(value.cell)")
        }
        for entry in execution["timeline"]?.array ?? [] {
            let details = ["attempt", "status_code", "latency_ms", "detail"].compactMap { field in
                entry[field].flatMap { $0 == .null ? nil : "\(field)=\($0.cell)" }
            }
            Output.line(
                "  \(entry["at"]?.cell ?? "")  \(entry["event"]?.cell ?? "")  \(details.joined(separator: " "))")
        }
    }
}
