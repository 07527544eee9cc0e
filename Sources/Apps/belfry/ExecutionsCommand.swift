import ArgumentParser
import Commands
import JSON
import JobCore

struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions", abstract: "Lists executions, newest first, or shows one with its timeline.",
        discussion: """
              belfry executions billing/send-invoices --status fail --since 24h
              belfry executions --tag nightly --reason ttl --all --json
              belfry executions 4a01965e-53f8-5e10-91d0-3f4a7e34dd21
            """)
    @OptionGroup var api: APIOptions
    @Argument(
        help: "service/name lists the executions of a job, an id shows one; all are listed by default.",
        transform: ExecutionsSubject.read)
    var subject: ExecutionsSubject?
    @OptionGroup(title: "Filters") var filters: ExecutionFilterOptions
    @Option(help: "How many executions to list, 1 to 100. (default: 20)", transform: Arguments.number(1...100))
    var limit: Int?
    @Flag(help: "List all executions, page after page.") var all = false
    @Flag(help: "Print JSON.") var json = false

    private static let limitDefault = 20
    private static let pageLimit = 100
    private static let header = ["EXECUTION", "SERVICE", "JOB", "SCHEDULED", "STATUS", "REASON"]

    func validate() throws {
        guard !all || limit == nil else { throw ValidationError("give --limit or --all, and not both") }
        switch subject {
        case .execution?:
            guard filters.parameters.isEmpty, !all, limit == nil else {
                throw ValidationError("an id shows one execution: leave the filters, --limit and --all")
            }
        case .job?:
            guard filters.service == nil, filters.job == nil else {
                throw ValidationError("give service/name, or --service and --job")
            }
        case nil: break
        }
    }

    func run() async throws {
        let client = try api.client()
        var path = "/executions"
        switch subject {
        case .execution(let id): return show(try await client.done("GET", "/executions/\(id)"))
        case .job(let name): path = name.path + path
        case nil: break
        }
        let pages = ListPages(client: client, path: path, parameters: filters.parameters)
        var table = Output.newTable(Self.header, whole: ["SERVICE", "JOB"])
        if all { return try await json ? stream(pages) : pages.forEach(limit: Self.pageLimit) { list($0, &table) } }
        let page = try await pages.first(limit: limit ?? Self.limitDefault)
        if json { return Output.line(page.text) }
        list(page["results"]?.array ?? [], &table)
    }

    /// One JSON value, of which each execution has a line, so that it need not be in memory as a whole.
    private func stream(_ pages: ListPages) async throws {
        var count = 0
        Output.line("{\"results\":[")
        try await pages.forEach(limit: Self.pageLimit) { executions in
            for execution in executions {
                Output.line((count == 0 ? "" : ",") + execution.text)
                count += 1
            }
        }
        Output.line("],\"count\":\(count),\"paging\":{\"more\":null}}")
    }

    private func list(_ executions: [JSONValue], _ table: inout TextTable) {
        let rows = executions.map { item in
            ["execution_id", "service_name", "job_name", "scheduled_time"].map { item[$0]?.cell ?? "-" }
                + [ExecutionLine(item).shownStatus, item["reason"]?.cell ?? "-"]
        }
        Output.rows(rows, of: &table)
    }

    private func show(_ execution: JSONValue) {
        if json { return Output.line(execution.text) }
        Output.fields(FieldSheet.execution(execution))
        guard let timeline = execution["timeline"]?.array, !timeline.isEmpty else { return }
        Output.line("")
        Output.table(TimelineTable.header, timeline.map(TimelineTable.row), whole: ["EVENT"])
    }
}
