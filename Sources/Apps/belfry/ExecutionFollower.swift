import JSON
import JobCore

/// Prints one execution as its status changes, until its end.
struct ExecutionFollower {
    var client: APIClient
    var id: ExecutionID
    var json: Bool

    private static let pause: Duration = .milliseconds(300)
    /// The API has promised the run; a stage puts it on record, which may be down.
    private static let recordSecondsMax = 60

    /// Returns when it has succeeded. Throws ``Refused`` if it fails, or is not on record in time.
    func run() async throws {
        let path = "/executions/\(id)"
        let deadline = ContinuousClock.now + .seconds(Self.recordSecondsMax)
        var state: String?
        while true {
            let answer = try await client.send("GET", path)
            if answer.status == 404, state == nil {
                guard ContinuousClock.now < deadline else {
                    throw Refused(lines: [
                        "the run \(id) is requested, but not on record after \(Self.recordSecondsMax) s",
                        "  next: check whether dispatcherd runs; belfry executions \(id) shows the run later",
                    ])
                }
            } else {
                guard (200..<300).contains(answer.status) else { throw APIClient.refusal(answer, path) }
                let line = ExecutionLine(answer.body)
                if line.state != state { json ? Output.line(answer.body.text) : line.show() }
                state = line.state
                if line.isOver { return try finish(line, answer.body) }
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func finish(_ line: ExecutionLine, _ execution: JSONValue) throws(Refused) {
        guard line.status == "fail" else { return }
        let details = ["error", "summary"].compactMap { field in
            execution[field].flatMap { $0 == .null ? nil : "  \(field): \($0.cell)" }
        }
        throw Refused(
            lines: ["\(line.job) has ended as \(line.end)"] + details
                + ["  next: belfry executions \(id) shows its timeline"])
    }
}
