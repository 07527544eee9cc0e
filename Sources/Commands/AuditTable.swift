public import JSON

/// Audit entries as the API shows them, for a person.
public enum AuditTable {
    public static let header = ["WHEN", "WHO", "WHAT", "SUBJECT"]

    /// The row of an entry. What the entry lacks is `-`.
    public static func row(_ entry: JSONValue) -> [String] {
        let job = [entry.fieldText("service_name"), entry.fieldText("job_name")].compactMap { $0 }
        let subject = [job.isEmpty ? nil : job.joined(separator: "/"), entry.fieldText("subject")].compactMap { $0 }
        return [
            entry.fieldText("at"), entry.fieldText("actor"), entry.fieldText("action"),
            subject.isEmpty ? nil : subject.joined(separator: " "),
        ].map { $0 ?? "-" }
    }

    /// What an entry has changed: for each field that differs the value before, then the value after it. A field of an
    /// object in an object is `retry.max_attempts`.
    public static func changes(_ entry: JSONValue) -> [AuditChange] {
        changes(entry.field("before"), entry.field("after"), of: nil)
    }

    /// JSON has no more than 32 levels.
    private static func changes(_ before: JSONValue?, _ after: JSONValue?, of name: String?) -> [AuditChange] {
        guard before != after else { return [] }
        guard let names = names(before, after) else {
            return [AuditChange(isBefore: true, before, of: name), AuditChange(isBefore: false, after, of: name)]
                .compactMap { $0 }
        }
        return names.flatMap { field in
            changes(before?.field(field), after?.field(field), of: name.map { "\($0).\(field)" } ?? field)
        }
    }

    /// The fields of two objects, of which one may be missing; nil if there is another value, or an object without
    /// fields.
    private static func names(_ before: JSONValue?, _ after: JSONValue?) -> [String]? {
        var names: Set<String> = []
        for value in [before, after].compactMap({ $0 }) {
            guard case .object(let fields) = value, !fields.isEmpty else { return nil }
            names.formUnion(fields.keys)
        }
        return names.sorted()
    }
}
