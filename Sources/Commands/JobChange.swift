public import JSON
public import JobCore

/// One step of `belfry jobs apply`.
public struct JobChange: Sendable, Equatable {
    /// What is done with the job.
    public enum Action: String, Sendable {
        case create, replace, delete
        /// The job is already as the file has it.
        case keep
    }

    public var action: Action
    public var name: JobName
    /// The document to put, of `create` and `replace`.
    public var document: JSONValue?

    /// The deletion of a job that no file contains.
    public init(deletionOf name: JobName) {
        (action, self.name) = (.delete, name)
    }

    /// Compares a job of a file with the one that the API shows; nil if there is none.
    public init(_ job: FileJob, current: JSONValue?) {
        name = job.name
        action = current == nil ? .create : Self.isSame(current, job) ? .keep : .replace
        document = action == .keep ? nil : job.document
    }

    /// The API shows a job with its defaults, so both are read before they are compared.
    private static func isSame(_ shown: JSONValue?, _ job: FileJob) -> Bool {
        guard case .object(var fields) = shown else { return false }
        let readOnly = ["service_name", "job_name", "job_guid", "created_at", "updated_at", "next_occurrence"]
        for field in readOnly { fields[field] = nil }
        guard let stored = try? JobDocument.parse(.object(fields), name: job.name),
            var wanted = try? JobDocument.parse(job.document, name: job.name)
        else { return false }
        wanted.heartbeatIntervalSeconds = wanted.effectiveHeartbeatIntervalSeconds
        return stored == wanted
    }

    /// The change in words, for a plan: `replace billing/send-invoices`.
    public var line: String { "\(action.rawValue) \(name)" }
}
