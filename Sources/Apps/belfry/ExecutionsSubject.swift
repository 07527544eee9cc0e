import ArgumentParser
import JobCore

/// What `belfry executions` shows: one execution, or those of a job.
enum ExecutionsSubject {
    case execution(ExecutionID)
    case job(JobName)

    /// Reads an id or `service/name`. Throws `ValidationError` for another text.
    @Sendable static func read(_ text: String) throws -> ExecutionsSubject {
        if text.contains("/") { return .job(try Arguments.jobName(text)) }
        guard let id = ExecutionID(text: text) else {
            throw ValidationError("give service/name, or the id of an execution, which is a UUID")
        }
        return .execution(id)
    }
}
