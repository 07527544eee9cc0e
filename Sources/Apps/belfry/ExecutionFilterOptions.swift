import ArgumentParser
import Commands
import JobCore

/// The options that say which executions are meant. An execution must meet all that are given.
struct ExecutionFilterOptions: ParsableArguments {
    @Option(
        help: "Executions with this status: pending, invoked, processing, success or fail.",
        completion: .choices(of: ExecutionStatus.self), transform: Arguments.choice)
    var status: ExecutionStatus?
    @Option(
        help: "Failures for this reason: reported, invocation, heartbeat, ttl, locked, missed or cancelled.",
        completion: .choices(of: FailureReason.self), transform: Arguments.choice)
    var reason: FailureReason?
    @Option(
        help: "Executions that exist because of this: schedule, manual, retry, backfill or test.",
        completion: .choices(of: Trigger.self), transform: Arguments.choice)
    var trigger: Trigger?
    @Option(help: "Executions of this service.", transform: Arguments.serviceName) var service: String?
    @Option(help: "Executions of the job of this name, without its service.", transform: Arguments.jobNameInService)
    var job: String?
    @Option(help: "Executions of jobs with this tag.", transform: Arguments.notEmpty) var tag: String?
    @Option(
        help: "Occurrences at this RFC 3339 time or later, or so long ago, such as 90m or 7d.",
        transform: Arguments.pastTime)
    var since: Instant?
    @Option(help: "Occurrences before this RFC 3339 time, or so long ago.", transform: Arguments.pastTime)
    var until: Instant?
    @Option(
        help: "Executions with the correlation id that the service gave.", transform: Arguments.notEmpty)
    var correlationID: String?

    /// The parameters of the API.
    var parameters: [(name: String, value: String)] {
        let all: [(String, String?)] = [
            ("status", status?.rawValue), ("reason", reason?.rawValue), ("trigger", trigger?.rawValue),
            ("service_name", service), ("job_name", job), ("tag", tag), ("since", since?.rfc3339),
            ("until", until?.rfc3339), ("correlation_id", correlationID),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }
}
