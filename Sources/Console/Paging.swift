import FoundationEssentials
import JobCore

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

    /// The token of the page that begins after this job: base64url with padding (RFC 4648, section 5).
    static func token(after name: JobName) -> String {
        Data("\(name)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The job in a token; nil unless `token(after:)` returned it.
    static func jobName(_ token: String) -> JobName? {
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: base64) else { return nil }
        let name = JobName(text: String(decoding: data, as: UTF8.self))
        return name.flatMap { Self.token(after: $0) == token ? $0 : nil }
    }
}
