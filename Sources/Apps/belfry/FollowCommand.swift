import ArgumentParser
import Foundation
import JobCore
import StageKit

struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Shows executions as they live, until Ctrl-C.",
        discussion:
            "With --expect it ends by itself: 0 when each named job has an execution that ended so, 1 otherwise.")
    @OptionGroup var api: APIOptions
    @Option(help: "service/name=success, or service/name=fail:REASON. May be given several times.")
    var expect: [Expectation] = []
    @Option(help: "Give up after so many seconds, when something is expected.") var timeoutSeconds = 150

    func run() async throws {
        let client = try api.client()
        var seen: [String: String] = [:]
        var open = expect
        let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
        // What was due before is not this command's to judge.
        let since = expect.isEmpty ? "" : "&since=\(SystemTime().now().millisecondsSinceEpoch)"
        while true {
            let page = try await client.done("GET", "/executions?limit=100\(since)")
            for item in (page["results"]?.array ?? []).reversed() {
                let view = Line(item)
                guard seen[view.id] != view.state else { continue }
                seen[view.id] = view.state
                Output.line(view.text)
                if let wrong = open.first(where: { $0.job == view.job && $0.isContradicted(by: view) }) {
                    throw Refused("\(view.job) was to end as \(wrong.end), and ended as \(view.end)")
                }
                open.removeAll { $0.job == view.job && $0.end == view.end }
            }
            if !expect.isEmpty {
                if open.isEmpty { return }
                guard ContinuousClock.now < deadline else {
                    throw Refused(
                        "not seen in \(timeoutSeconds) s: " + open.map { "\($0.job)=\($0.end)" }.joined(separator: ", ")
                    )
                }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    struct Expectation: ExpressibleByArgument {
        var job: String
        var end: String

        init?(argument: String) {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, JobName(argument: parts[0]) != nil else { return nil }
            (job, end) = (parts[0], parts[1])
        }

        func isContradicted(by line: Line) -> Bool {
            line.isOver && line.end != end
        }
    }

    struct Line {
        var id: String
        var job: String
        var status: String
        var reason: String?
        var progress: String
        var isOver: Bool { status == "success" || status == "fail" }
        var end: String { reason.map { "\(status):\($0)" } ?? status }
        var state: String { "\(end) \(progress)" }

        init(_ item: JSONValue) {
            id = item["execution_id"]?.cell ?? ""
            job = "\(item["service_name"]?.cell ?? "")/\(item["job_name"]?.cell ?? "")"
            status = item["status"]?.cell ?? ""
            reason = item["reason"]?.string
            progress = item["progress"].flatMap { $0 == .null ? nil : "\($0.cell) %" } ?? ""
        }

        var text: String {
            let time = Date().formatted(.iso8601.time(includingFractionalSeconds: false))
            return
                "\(time)  \(job.padding(toLength: 24, withPad: " ", startingAt: 0))  \(id.prefix(8))  \(end) \(progress)"
        }
    }
}
