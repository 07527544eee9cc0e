internal import FoundationEssentials
internal import Hummingbird
internal import JobCore
internal import Store

/// `{"more": …}`: what to send for the next page; null on the last one.
struct Paging: Encodable {
    var more: String?

    private enum CodingKeys: String, CodingKey { case more }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(more, forKey: .more)
    }

    static func token(_ name: JobName) -> String {
        Data("\(name)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    static func jobName(_ token: String) -> JobName? {
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: base64) else { return nil }
        return JobName(text: String(decoding: data, as: UTF8.self))
    }
}

/// Reads a request's query string; what is wrong with it is said by name.
struct Query {
    private let parameters: [String: String]

    /// `names` are those that the request may have: one that is passed over would seem to have been heard.
    init(_ request: Request, knows names: [String]) throws {
        let pairs = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        parameters = Dictionary(pairs) { first, _ in first }
        let unknown = parameters.keys.filter { !names.contains($0) }.sorted()
        guard unknown.isEmpty else {
            let hint = names.isEmpty ? "Leave it out." : "Known are: \(names.joined(separator: ", "))."
            throw InvalidDocument(
                unknown.map {
                    FieldError(
                        field: "/\($0.prefix(64))", code: .unknownField, message: "is not a known parameter", hint: hint
                    )
                })
        }
    }

    static let ofJobs = ["service_name", "limit", "more"]
    static let ofExecutions = [
        "service_name", "job_name", "status", "reason", "since", "until", "correlation_id", "limit", "more",
    ]

    /// The job after which a page begins.
    func after() throws -> JobName? {
        guard let text = parameters["more"] else { return nil }
        guard let name = Paging.jobName(text) else {
            throw Self.wrong("more", .invalid, "is no token of ours", hint: "Give paging.more of the page before.")
        }
        return name
    }

    var service: String? { parameters["service_name"] }

    func limit(atMost most: Int, default fallback: Int) throws -> Int {
        guard let text = parameters["limit"] else { return fallback }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw Self.wrong("limit", .outOfRange, "is “\(text)”", hint: "Give a whole number from 1 to \(most).")
        }
        return limit
    }

    func executions(service: String?, job: String?) throws -> ExecutionQuery {
        ExecutionQuery(
            service: service ?? text("service_name"), job: job ?? text("job_name"), status: try choice("status"),
            reason: try choice("reason"), since: try instant("since"), until: try instant("until"),
            correlationID: text("correlation_id"), limit: try limit(atMost: 100, default: 100), more: text("more"))
    }

    private func text(_ name: String) -> String? {
        parameters[name]
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Choice? {
        guard let text = text(name) else { return nil }
        guard let value = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.wrong(name, .notAllowed, "is “\(text)”", hint: "Give one of: \(names).")
        }
        return value
    }

    /// Milliseconds since the epoch, as the ancestor took them, or RFC 3339.
    private func instant(_ name: String) throws -> Instant? {
        guard let text = text(name) else { return nil }
        if let milliseconds = Int64(text) { return Instant(millisecondsSinceEpoch: milliseconds) }
        guard let instant = Instant(rfc3339: text) else {
            throw Self.wrong(name, .invalid, "is not a time", hint: "Give RFC 3339, or milliseconds since 1970.")
        }
        return instant
    }

    private static func wrong(_ name: String, _ code: FieldError.Code, _ message: String, hint: String)
        -> InvalidDocument
    {
        InvalidDocument([FieldError(field: "/\(name)", code: code, message: message, hint: hint)])
    }
}
