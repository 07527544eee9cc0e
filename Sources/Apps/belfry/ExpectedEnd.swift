import ArgumentParser
import JobCore

/// The end that `belfry follow --expect` waits for: a job and a status, with the reason of a failure.
struct ExpectedEnd {
    /// `service/name`
    var job: String
    /// `success` or `fail:REASON`
    var end: String

    /// Reads `service/name=success` or `service/name=fail:REASON`. Throws `ValidationError` for another text.
    @Sendable static func read(_ text: String) throws -> ExpectedEnd {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let ends = ["success"] + FailureReason.allCases.map { "fail:\($0.rawValue)" }
        guard parts.count == 2, ends.contains(parts[1]) else {
            throw ValidationError("give service/name=END, of which END is \(ends.joined(separator: ", "))")
        }
        return ExpectedEnd(job: "\(try Arguments.jobName(parts[0]))", end: parts[1])
    }

    /// Whether an execution ended in another way.
    func isContradicted(by line: ExecutionLine) -> Bool {
        line.isOver && line.end != end
    }
}
