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

    /// The token of the page that begins after this job: base64url with padding (RFC 4648, section 5).
    static func token(after name: JobName) -> String {
        Data("\(name)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The job in a token; nil unless `token(after:)` returned it.
    static func jobName(_ token: String) -> JobName? {
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: base64) else { return nil }
        return JobName(text: String(decoding: data, as: UTF8.self))
    }
}
