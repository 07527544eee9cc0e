import JSON
import JobCore
import Store

/// The JSON of an audit entry. A field without a value is null, never left out.
struct AuditView: Encodable {
    let entry: AuditEntry

    private enum CodingKeys: String, CodingKey {
        case at, actor, action, subject, before, after
        case serviceName = "service_name"
        case jobName = "job_name"
        case requestID = "request_id"
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(entry.at.rfc3339, forKey: .at)
        try body.encode(entry.author.name, forKey: .actor)
        try body.encode(entry.action.rawValue, forKey: .action)
        try body.encode(entry.service, forKey: .serviceName)
        try body.encode(entry.job, forKey: .jobName)
        try body.encode(entry.subject, forKey: .subject)
        try body.encode(entry.author.requestID, forKey: .requestID)
        try body.encode(Self.json(entry.before), forKey: .before)
        try body.encode(Self.json(entry.after), forKey: .after)
    }

    /// A text that is no JSON, which no entry of ours has, is shown as it is.
    private static func json(_ text: String?) -> JSONValue {
        guard let text else { return .null }
        return (try? JSONValue.parse(Array(text.utf8), limits: .trusted)) ?? .string(text)
    }
}
