public import JSON

/// What `belfry status` shows of the API's answer.
public struct StatusSheet: Sendable, Equatable {
    /// A part of the answer as a table.
    public struct Table: Sendable, Equatable {
        public var header: [String]
        public var rows: [[String]]
    }

    /// Whether there are no problems.
    public let isOK: Bool
    /// The verdict, then each problem with what to do.
    public let lines: [String]
    /// The stages, the queues that hold something or have no consumer, and the jobs.
    public let tables: [Table]

    /// Reads an answer of `GET /status`. What it lacks is `-`.
    public init(_ status: JSONValue) {
        let problems = status.items("problems")
        isOK = problems.isEmpty && status.field("ok") == .bool(true)
        lines =
            [Self.verdict(problems.count, isOK: isOK)]
            + problems.flatMap { problem in
                ["  \(problem.fieldText("message") ?? "-")", "    \(problem.fieldText("hint") ?? "-")"]
            }
        tables = [Self.stages(status), Self.queues(status), Self.counts(status)].filter { !$0.rows.isEmpty }
    }

    private static func verdict(_ problems: Int, isOK: Bool) -> String {
        if isOK { return "ok" }
        return problems == 1 ? "1 problem" : "\(problems) problems"
    }

    private static func stages(_ status: JSONValue) -> Table {
        let stages = status.items("stages").map { cells($0, ["stage", "state", "detail"]) }
        let others = [("store", "store"), ("broker", "broker")].map { name, field in
            [name, status.fieldText(field) ?? "-", "-"]
        }
        return Table(header: ["STAGE", "STATE", "DETAIL"], rows: stages.isEmpty ? [] : others + stages)
    }

    private static func queues(_ status: JSONValue) -> Table {
        let shown = status.items("queues").filter { queue in
            isPositive(queue.field("ready")) || isPositive(queue.field("dead_letters"))
                || queue.field("consumers") == .integer(0)
        }
        var rows = shown.map { cells($0, ["queue", "ready", "consumers", "oldest_seconds_max", "dead_letters"]) }
        if let ladder = status.field("retry_ladder"), isPositive(ladder.field("ready")) {
            rows.append(["retry ladder", ladder.fieldText("ready") ?? "-", "-", "-", "-"])
        }
        return Table(header: ["QUEUE", "READY", "CONSUMERS", "OLDEST S", "DEAD"], rows: rows)
    }

    private static func counts(_ status: JSONValue) -> Table {
        guard let jobs = status.field("jobs"), let executions = status.field("executions") else {
            return Table(header: [], rows: [])
        }
        return Table(
            header: [
                "JOBS", "DISABLED", "PAUSED", "OPEN RUNS", "PENDING", "INVOKED", "PROCESSING", "OLDEST", "LATE S",
            ],
            rows: [
                cells(jobs, ["total", "disabled", "paused"])
                    + cells(executions, ["open", "pending", "invoked", "processing", "oldest_open_at"])
                    + [status.field("lateness")?.fieldText("late_seconds") ?? "-"]
            ])
    }

    private static func cells(_ object: JSONValue, _ fields: [String]) -> [String] {
        fields.map { object.fieldText($0) ?? "-" }
    }

    private static func isPositive(_ value: JSONValue?) -> Bool {
        guard case .integer(let number)? = value else { return false }
        return number > 0
    }
}

extension JSONValue {
    /// The objects of a list; empty for another kind.
    fileprivate func items(_ name: String) -> [JSONValue] {
        guard case .array(let items)? = field(name) else { return [] }
        return items
    }
}
