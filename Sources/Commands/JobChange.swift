public import JSON
public import JobCore

/// One step of `belfry jobs apply`: a job that is created, replaced or deleted.
public struct JobChange: Sendable, Equatable {
    /// What is done with the job.
    public enum Action: String, Sendable {
        case create, replace, delete

        /// As in a plan.
        var sign: String {
            switch self {
            case .create: "+"
            case .replace: "~"
            case .delete: "-"
            }
        }
    }

    public var action: Action
    public var name: JobName
    /// The fields that change; of a new job all that its file gives. The values of headers are `***`.
    public var fields: [FieldChange]
    /// The document to put, of `create` and `replace`.
    public var document: JSONValue?
    /// The version that is replaced or deleted. The change is not made of another one.
    public var etag: String?
    /// About how much of a request it takes.
    var bytes = 256

    /// The fields of a new job that a plan shows.
    private static let mainFields = ["schedule", "time_zone", "invocation_target", "enabled", "owner"]

    /// The deletion of a job that no file contains.
    init(deletionOf shown: ShownJob) {
        (action, name, fields, etag) = (.delete, shown.name, [], shown.etag)
    }

    /// Compares a job of a file with the one that the API shows, nil if there is none. Nil if they are the same.
    init?(_ job: FileJob, current: ShownJob?) {
        (name, document, etag) = (job.name, job.document, current?.etag)
        action = current == nil ? .create : .replace
        fields =
            current.map { JobComparison.changes(of: $0, to: job.job) } ?? JobComparison.fields(ofNew: job.document)
        guard !fields.isEmpty else { return nil }
        bytes += job.bytes
    }

    /// The change without its fields: `~ billing/send-invoices`.
    public var line: String { "\(action.sign) \(name)" }

    /// The change with its fields, for a plan.
    public var lines: [String] {
        switch action {
        case .create:
            let main = Self.mainFields.compactMap { field in fields.first { $0.field == field } }
            return [line] + main.filter { $0.field != "enabled" || $0.after == .bool(false) }.map(\.indentedNew)
        case .replace: return [line] + fields.map { "    \($0.line)" }
        case .delete: return [line]
        }
    }

    /// The change as JSON, without whether it was made.
    var json: [String: JSONValue] {
        [
            "action": .string(action.rawValue), "job": .string("\(name)"),
            "fields": .array(
                fields.map { .object(["field": .string($0.field), "before": $0.before, "after": $0.after]) }),
        ]
    }
}

extension FieldChange {
    fileprivate var indentedNew: String { "    \(lineOfNew)" }
}
