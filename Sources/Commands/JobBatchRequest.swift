public import JSON
public import JobCore

/// The body of `POST /jobs:batch` for some changes, each on condition that its job is as the plan has it.
public struct JobBatchRequest: Sendable {
    private let puts: [JobChange]
    private let deletions: [JobChange]

    public init(_ changes: [JobChange]) {
        puts = changes.filter { $0.action != .delete }
        deletions = changes.filter { $0.action == .delete }
    }

    /// The body.
    public var body: JSONValue {
        .object([
            "put": .array(puts.map { .object(Self.fields($0)) }),
            "delete": .array(deletions.map { .object(Self.fields($0)) }),
        ])
    }

    private static func fields(_ change: JobChange) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        if case .object(let document)? = change.document { fields = document }
        (fields["service_name"], fields["job_name"]) = (.string(change.name.service), .string(change.name.job))
        fields["etag"] = change.etag.map(JSONValue.string)
        if change.action == .create { fields["create_only"] = .bool(true) }
        return fields
    }

    /// The job that a JSON pointer into the body leads to, and the pointer within the job; nil if there is none.
    public func job(at pointer: String) -> (name: JobName, rest: String)? {
        let parts = pointer.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, let index = Int(parts[2]) else { return nil }
        let changes = parts[1] == "put" ? puts : parts[1] == "delete" ? deletions : []
        guard changes.indices.contains(index) else { return nil }
        return (changes[index].name, parts.dropFirst(3).map { "/\($0)" }.joined())
    }
}
