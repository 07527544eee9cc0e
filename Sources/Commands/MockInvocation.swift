public import JSON
public import JobCore
import Messaging

/// What a mock service reads of an invocation, however it arrived. Pure.
public struct MockInvocation: Sendable, Equatable {
    /// The JSON of the body.
    public var fields: [String: JSONValue]
    /// The same for every attempt of a run; empty if the header is missing.
    public var webhookID: String
    /// Where callbacks are posted; empty if the body names no URL.
    public var callbackURL: String
    /// What a callback that is sent as a message has to show; empty if there is none.
    public var token: String
    /// The exchange that takes callbacks; empty if no header names it.
    public var callbackExchange: String
    /// The SQS queue that takes callbacks; empty if no header names it.
    public var callbackQueueURL: String

    /// The attributes that it reads of a message on SQS, which gives those only that are asked for.
    public static let attributes = ["webhook-id", Header.token, Header.callbackQueueURL]

    /// Reads the body and the headers, whose names are in lower case. Nil if the body is not a JSON object.
    public init?(body: [UInt8], headers: [String: String]) {
        guard case .object(let fields)? = try? JSONValue(parsing: body) else { return nil }
        self.fields = fields
        webhookID = headers["webhook-id"] ?? ""
        if case .string(let url)? = fields["callback_url"] { callbackURL = url } else { callbackURL = "" }
        token = headers[Header.token] ?? Self.token(in: callbackURL)
        callbackExchange = headers[Header.callbackExchange] ?? ""
        callbackQueueURL = headers[Header.callbackQueueURL] ?? ""
    }

    /// A webhook has the token in its callback URL only: `…/callback/TOKEN`.
    private static func token(in url: String) -> String {
        guard let slash = url.lastIndex(of: "/"), url[..<slash].hasSuffix("/callback") else { return "" }
        return String(url[url.index(after: slash)...])
    }

    /// The SQS queue that callbacks are sent to: the one that the message names, else `other`. `endpoint` is where
    /// requests to SQS go instead of to AWS. Throws why there is none.
    public func callbackQueue(
        endpoint: String?, otherwise other: SQSQueueURL?
    ) throws(SQSQueueURL.Fault) -> SQSQueueURL {
        if callbackQueueURL.isEmpty, let other { return other }
        return try SQSQueueURL(callbackQueueURL, endpoint: endpoint)
    }

    /// A line of the mock's output about the arrival.
    public func line(event: String, at millisecondsSinceEpoch: Int64) -> [String: JSONValue] {
        [
            "event": .string(event), "id": .string(webhookID), "execution_id": fields["execution_id"] ?? .null,
            "job": fields["job_name"] ?? .null, "attempt": fields["attempt"] ?? .null,
            "latency_ms": fields["invocation_latency_ms"] ?? .null, "at_ms": .integer(millisecondsSinceEpoch),
        ]
    }
}
