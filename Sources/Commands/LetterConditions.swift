public import JSON
public import Messaging

/// Which dead letters a command is about, as the admin API takes it. A letter must meet every condition that is there.
public struct LetterConditions: Sendable, Equatable {
    public var id: DeadLetterID?
    /// Those of these queues; of all of them if it is empty.
    public var queues: [WorkQueue]
    public var service: String?
    /// The job's name within its service.
    public var job: String?
    public var reason: String?
    /// A text that the error contains.
    public var error: String?
    public var olderThanSeconds: Int64?

    public init(
        id: DeadLetterID? = nil, queues: [WorkQueue] = [], service: String? = nil, job: String? = nil,
        reason: String? = nil, error: String? = nil, olderThanSeconds: Int64? = nil
    ) {
        self.id = id
        self.queues = queues
        self.service = service
        self.job = job
        self.reason = reason
        self.error = error
        self.olderThanSeconds = olderThanSeconds
    }

    /// Whether every letter meets them.
    public var isEmpty: Bool { self == LetterConditions() }

    /// The fields of a request to replay or to drop. Without a condition, the field `all` says that all are meant.
    public var fields: [String: JSONValue] {
        var fields = texts.mapValues(JSONValue.string)
        fields["id"] = id.map { .string("\($0)") }
        if !queues.isEmpty { fields["queue"] = .array(queues.map { .string($0.rawValue) }) }
        fields["older_than_seconds"] = olderThanSeconds.map(JSONValue.integer)
        return isEmpty ? ["all": .bool(true)] : fields
    }

    /// The parameters of a request that lists or exports letters, sorted by name. They are not yet escaped for a URL.
    public var parameters: [(name: String, value: String)] {
        var all = texts
        if !queues.isEmpty { all["queue"] = queues.map(\.rawValue).joined(separator: ",") }
        all["older_than_seconds"] = olderThanSeconds.map(String.init)
        return all.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    private var texts: [String: String] {
        ["service": service, "job": job, "reason": reason, "error": error].compactMapValues { $0 }
    }
}
