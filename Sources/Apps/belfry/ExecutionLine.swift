import Commands
import Foundation
import JSON
import JobCore

/// One line of `belfry follow`: an execution with its status at one moment.
struct ExecutionLine {
    var id: String
    var job: String
    var status: String
    var reason: String?
    /// Whether it waits for the end of another run of its job.
    var isBuffered: Bool
    var progress: String
    /// Whether the execution has ended.
    var isOver: Bool { status == "success" || status == "fail" }
    /// The status, with the reason of a failure.
    var end: String { reason.map { "\(status):\($0)" } ?? shownStatus }
    /// The status as a list shows it, where the reason has a column of its own.
    var shownStatus: String { isBuffered ? "\(status) (buffered)" : status }
    /// A new line is printed when this changes.
    var state: String { "\(end)\(progress)" }

    /// Reads an execution as the API lists it.
    init(_ item: JSONValue) {
        id = item["execution_id"]?.cell ?? ""
        job = "\(item["service_name"]?.cell ?? "")/\(item["job_name"]?.cell ?? "")"
        status = item["status"]?.cell ?? ""
        isBuffered = item["buffered"] == .bool(true)
        reason = item["reason"]?.string
        // After the end, the progress of the last heartbeat would contradict the status.
        let isRunning = status == "processing"
        progress = isRunning ? item["progress"].flatMap { $0 == .null ? nil : " \($0.cell) %" } ?? "" : ""
    }

    /// Prints the line, beginning with the time of day.
    func show() {
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: false))
        let start = "\(time)  \(TextTable.padded(job, to: 24))  \(id.prefix(8))  "
        Output.line(start, end, TerminalStyle.ofStatus(status), progress)
    }
}
