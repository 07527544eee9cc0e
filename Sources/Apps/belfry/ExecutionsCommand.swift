import ArgumentParser
import JSON
import JobCore

struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions", abstract: "Lists executions, newest first, or shows one with its timeline.")
    @OptionGroup var api: APIOptions
    @Argument(
        help: "service/name lists the executions of a job, an id shows one; all are listed by default.",
        transform: ExecutionsSubject.read)
    var subject: ExecutionsSubject?
    @Option(
        help: "List only this status: pending, invoked, processing, success or fail.", transform: Arguments.status)
    var status: ExecutionStatus?
    @Option(help: "How many executions to list, 1 to 100.", transform: Arguments.number(1...100)) var limit = 20
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let client = try api.client()
        var path = "/executions"
        switch subject {
        case .execution(let id): return show(try await client.done("GET", "/executions/\(id)"))
        case .job(let name): path = name.path + path
        case nil: break
        }
        let filter = status.map { "&status=\($0.rawValue)" } ?? ""
        let page = try await client.done("GET", "\(path)?limit=\(limit)\(filter)")
        if json { return Output.line(page.text) }
        Output.table(
            ["EXECUTION", "SERVICE", "JOB", "SCHEDULED", "STATUS", "REASON"],
            (page["results"]?.array ?? []).map { item in
                ["execution_id", "service_name", "job_name", "scheduled_time"].map { item[$0]?.cell ?? "-" }
                    + [ExecutionLine(item).shownStatus, item["reason"]?.cell ?? "-"]
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
