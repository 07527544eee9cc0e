import ArgumentParser
import JSON
import JobCore

struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Prints executions as their status changes, until Ctrl-C.",
        discussion:
            """
            With --expect the command ends as soon as each named job has an execution with the expected end (exit 0) \
            or one of them has an execution with another end (exit 1).
            """)
    @OptionGroup var api: APIOptions
    @Option(
        help: "An expected end, service/name=success or service/name=fail:REASON. Repeat the option for several jobs.",
        transform: ExpectedEnd.read)
    var expect: [ExpectedEnd] = []
    @Option(
        help: "With --expect: seconds after which the command gives up (exit 1).",
        transform: Arguments.number(1...86_400)) var timeoutSeconds = 150
    @Flag(help: "Print JSON: the execution, a line for each change.") var json = false

    func run() async throws {
        let client = try api.client()
        var seen: [String: String] = [:]
        var open = expect
        let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
        // Executions that began earlier don't count for the expected ends.
        let since = expect.isEmpty ? "" : "&since=\(SystemTime().now().millisecondsSinceEpoch)"
        while true {
            let page = try await client.done("GET", "/executions?limit=100\(since)")
            for item in (page["results"]?.array ?? []).reversed() {
                let view = ExecutionLine(item)
                guard seen[view.id] != view.state else { continue }
                seen[view.id] = view.state
                json ? Output.line(item.text) : view.show()
                if let wrong = open.first(where: { $0.job == view.job && $0.isContradicted(by: view) }) {
                    throw Refused("\(view.job) should have ended as \(wrong.end) but ended as \(view.end)")
                }
                open.removeAll { $0.job == view.job && $0.end == view.end }
            }
            if !expect.isEmpty {
                if open.isEmpty { return }
                guard ContinuousClock.now < deadline else {
                    throw Refused(
                        lines: [
                            "not reached within \(timeoutSeconds) s: "
                                + open.map { "\($0.job)=\($0.end)" }.joined(separator: ", ")
                        ] + open.map { "  next: belfry executions \($0.job) shows the runs and their status" })
                }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }
}
