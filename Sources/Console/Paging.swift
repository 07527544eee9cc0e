import FoundationEssentials
import JobCore
import Messaging

/// `{"more": …}`: the parameter that leads to the next page; null on the last page.
struct Paging: Encodable {
    var more: String?

    private enum CodingKeys: String, CodingKey { case more }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(more, forKey: .more)
    }

    /// The token of the page of executions that begins after this position, `ExecutionPage.more`.
    static func token(after position: Int64) -> String { String(position, radix: 36) }

    /// The position in a token; nil unless `token(after:)` returned it.
    static func position(_ token: String) -> Int64? {
        guard let position = Int64(token, radix: 36), position > 0, Self.token(after: position) == token else {
            return nil
        }
        return position
    }

    /// The token of the page that begins after this job.
    static func token(after name: JobName) -> String { token(of: "\(name)") }

    /// The job in a token; nil unless `token(after:)` returned it.
    static func jobName(_ token: String) -> JobName? {
        let name = text(in: token).flatMap(JobName.init(text:))
        return name.flatMap { Self.token(after: $0) == token ? $0 : nil }
    }

    /// The token of the page that begins after this dead letter.
    static func token(after position: DeadLetterPosition) -> String {
        token(of: "\(position.queue.rawValue)/\(position.id)" + (position.copy.map { "/\($0)" } ?? ""))
    }

    /// The place in a token; nil unless `token(after:)` returned it, for a queue that has dead letters.
    static func deadLetterPosition(_ token: String) -> DeadLetterPosition? {
        let parts = text(in: token)?.split(separator: "/") ?? []
        guard (2...3).contains(parts.count), let queue = DeadLetterField.queue(String(parts[0])),
            let id = DeadLetterID(text: String(parts[1]))
        else { return nil }
        let copy = parts.count == 3 ? Int(parts[2]) : nil
        guard copy ?? 0 >= 0 else { return nil }
        let position = DeadLetterPosition(queue: queue, id: id, copy: copy)
        return Self.token(after: position) == token ? position : nil
    }

    /// base64url with padding (RFC 4648, section 5).
    private static func token(of text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    private static func text(in token: String) -> String? {
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: base64).map { String(decoding: $0, as: UTF8.self) }
    }
}
