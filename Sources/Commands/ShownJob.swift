public import JSON
public import JobCore

/// A job as the API shows it.
public struct ShownJob: Sendable {
    public let name: JobName
    /// Its version.
    public let etag: String?
    /// Who manages it as code.
    public let owner: String?
    public let tags: [String]
    let fields: [String: JSONValue]

    /// Nil if the value is no job.
    public init?(_ value: JSONValue) {
        guard case .object(let fields) = value, case .string(let service)? = fields["service_name"],
            case .string(let job)? = fields["job_name"]
        else { return nil }
        self.fields = fields
        name = JobName(service: service, job: job)
        etag = Self.text(fields["etag"])
        owner = Self.text(fields["owner"])
        if case .array(let tags)? = fields["tags"] { self.tags = tags.compactMap(Self.text) } else { tags = [] }
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}
