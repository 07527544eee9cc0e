import ArgumentParser
import JobCore

/// The end that `belfry follow --expect` waits for: a job and a status, with the reason of a failure.
struct ExpectedEnd: ExpressibleByArgument {
    /// `service/name`
    var job: String
    /// `success` or `fail:REASON`
    var end: String

    /// Reads `service/name=success` or `service/name=fail:REASON`.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, JobName(argument: parts[0]) != nil else { return nil }
        (job, end) = (parts[0], parts[1])
    }

    /// Whether an execution ended in another way.
    func isContradicted(by line: ExecutionLine) -> Bool {
        line.isOver && line.end != end
    }
}
