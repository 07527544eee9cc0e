import HTTPTypes
import JSON
import StageKit

/// An answer of an operation.
public struct APIAnswer: Sendable {
    /// The status, or `2XX`.
    var status: String
    var description: String
    var body: APIBody?
    /// The headers besides `X-Request-Id`, which all answers have.
    var headers: [APIHeader]
    /// The headers that some of these answers have.
    var possibleHeaders: [APIHeader] = []
    /// Whether it is Belfry's own, and has a request id.
    var hasRequestID: Bool

    public init(_ status: Int, _ description: String, _ body: APIBody? = nil, headers: [APIHeader] = []) {
        self.status = "\(status)"
        self.description = description
        self.body = body
        self.headers = headers
        hasRequestID = true
    }

    /// The answer of a service to Belfry. `status` is one, or `2XX`, or `default`.
    public static func ofService(_ status: String, _ description: String) -> APIAnswer {
        var answer = APIAnswer(200, description)
        answer.status = status
        answer.hasRequestID = false
        return answer
    }

    /// An answer of the HTTP server itself, without a body and without our headers.
    public static func withoutRequest(_ status: Int, _ description: String) -> APIAnswer {
        var answer = APIAnswer(status, description)
        answer.hasRequestID = false
        return answer
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = ["description": .string(description)]
        fields["content"] = body?.content
        let all = (hasRequestID ? [APIHeader.requestID] : []) + headers
        let named =
            all.map { ($0.rawValue, $0.reference) }
            + possibleHeaders.map { ($0.rawValue, $0.json(isRequired: false)) }
        if !named.isEmpty { fields["headers"] = .object(Dictionary(uniqueKeysWithValues: named)) }
        return .object(fields)
    }

    /// The same of a key's request, with what it took of the shares of the key. A request without a valid key took
    /// nothing, and one that failed may have failed before.
    func limited() -> APIAnswer {
        guard hasRequestID else { return self }
        var answer = self
        switch status {
        case "401": break
        case "500", "503": answer.possibleHeaders += APIHeader.limits
        default: answer.headers += APIHeader.limits
        }
        return answer
    }

    /// The answer for one of the errors, or for several that have the same status.
    static func error(_ codes: [APIErrorCode]) -> APIAnswer? {
        guard let status = codes.first?.status.code else { return nil }
        let meanings = codes.map { "`\($0.rawValue)`: \($0.meaning)" }
        var answer = APIAnswer(status, meanings.joined(separator: " "), APIBody(.reference(ErrorSchema.name)))
        switch codes.first {
        case .unauthorized: answer.headers = [.authenticate]
        case .unavailable, .tooManyRequests: answer.headers = [.retryAfter]
        default: break
        }
        return answer
    }
}
