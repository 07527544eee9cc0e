public import HTTPTypes
import JSON
public import StageKit

/// A method of a path: what it takes and what it answers.
public struct APIOperation: Sendable {
    /// Names it in generated clients.
    public var id: String
    public var method: HTTPRequest.Method
    /// A template such as `/services/{service}/jobs`.
    public var path: String
    public var summary: String
    public var parameters: [APIParameter] = []
    public var body: APIBody?
    public var answers: [APIAnswer] = []
    /// The errors that it may answer with.
    public var errors: [APIErrorCode] = []
    /// Whether it is answered without a key, where others need one.
    public var isPublic = false
    /// Whether its requests take a place in a share of their key.
    public var isLimited = false

    public init(_ id: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String) {
        self.id = id
        self.method = method
        self.path = path
        self.summary = summary
    }

    /// The errors of every operation that takes a body.
    public static let bodyErrors: [APIErrorCode] = [.unreadable, .tooLarge, .unsupportedMediaType, .invalid]

    /// The errors that come from a fault or an outage, of every operation behind a store.
    public static let faults: [APIErrorCode] = [.internal, .unavailable]

    /// The document itself; see ``APIDescription``.
    static let description: APIOperation = {
        var operation = APIOperation("getDescription", .get, APIDescription.path, "This document")
        operation.answers = [
            APIAnswer(200, "An OpenAPI document.", APIBody(.map(to: .anything)), headers: [.cacheControl])
        ]
        operation.isPublic = true
        return operation
    }()

    func json(tag: String) -> JSONValue {
        var fields: [String: JSONValue] = [
            "operationId": .string(id), "summary": .string(summary), "tags": .array([.string(tag)]),
            "responses": .object(responses),
        ]
        if !parameters.isEmpty { fields["parameters"] = .array(parameters.map(\.json)) }
        fields["requestBody"] = body?.request
        if isPublic { fields["security"] = .array([]) }
        return .object(fields)
    }

    private var responses: [String: JSONValue] {
        let errors = Dictionary(grouping: Set(errors), by: \.status.code).values.compactMap { codes in
            APIAnswer.error(codes.sorted { $0.rawValue < $1.rawValue })
        }
        let all = (answers + errors).map { isLimited ? $0.limited() : $0 }
        return Dictionary(uniqueKeysWithValues: all.map { ($0.status, $0.json) })
    }
}
