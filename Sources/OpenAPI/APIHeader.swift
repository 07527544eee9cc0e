import JSON

/// A header of answers.
public enum APIHeader: String, Sendable, CaseIterable {
    case requestID = "X-Request-Id"
    case retryAfter = "Retry-After"
    case authenticate = "WWW-Authenticate"
    case cacheControl = "Cache-Control"
    case entityTag = "ETag"
    case rateLimitPolicy = "RateLimit-Policy"
    case rateLimit = "RateLimit"

    /// Those about the shares of a key.
    static let limits: [APIHeader] = [.rateLimitPolicy, .rateLimit]

    /// Its place among the components of a document.
    var reference: JSONValue { .object(["$ref": .string("#/components/headers/\(rawValue)")]) }

    /// The component: a header that an answer always has.
    var json: JSONValue { json(isRequired: true) }

    /// The header as a part of an answer that may lack it.
    func json(isRequired: Bool) -> JSONValue {
        .object(["description": .string(meaning), "required": .bool(isRequired), "schema": schema.json])
    }

    private var schema: JSONSchema {
        switch self {
        case .requestID: .string(pattern: "^[0-9a-f]{16}$")
        case .retryAfter: .integer(1...3_600)
        case .authenticate, .cacheControl: .string()
        case .entityTag: .string(pattern: "^\"[0-9a-f]+\"$")
        case .rateLimitPolicy: Self.list(of: "q=[0-9]+;qu=\"[a-z-]+\"")
        case .rateLimit: Self.list(of: "r=[0-9]+")
        }
    }

    /// A list of shares, each with these parameters.
    private static func list(of parameters: String) -> JSONSchema {
        let item = "\"[a-z-]+\";" + parameters
        return .string(pattern: "^\(item)(, \(item))*$")
    }

    private var meaning: String {
        switch self {
        case .requestID: "The id of this request. The log has it, too."
        case .retryAfter: "Seconds after which the same request may succeed."
        case .authenticate: "The scheme that a key is sent with."
        case .cacheControl: "How long the answer may be kept."
        case .entityTag: "The version of the job, for `If-Match` and `If-None-Match`."
        case .rateLimitPolicy: "How many requests of its key may be at work at a time, for each share it took."
        case .rateLimit: "How many more requests of its key may be at work, for each share it took."
        }
    }
}
