import HTTPTypes
import JSON
import OpenAPI
import StageKit
import Testing

@Suite struct `An OpenAPI document` {
    private static func document(needsKey: Bool, errors: [APIErrorCode] = []) throws -> [String: JSONValue] {
        var operation = APIOperation("getThing", .get, "/things/{id}", "Show a thing")
        operation.parameters = [.path("id", .uuid), .query("limit", .integer(1...3))]
        operation.answers = [APIAnswer(200, "The thing.", APIBody(.reference("Thing")))]
        operation.errors = errors
        let topic = APITopic("Things", "All things.", operations: [operation], schemas: ["Thing": .boolean])
        let description = APIDescription(title: "T", summary: "S", needsKey: needsKey, topics: [topic])
        guard case .object(let fields) = description.json else { return [:] }
        return fields
    }

    private static func value(_ path: String..., in document: [String: JSONValue]) -> JSONValue? {
        path.reduce(JSONValue.object(document)) { value, name in
            guard case .object(let fields)? = value else { return nil }
            return fields[name]
        }
    }

    @Test func `has its own operation, for everybody, beside those of its subjects`() throws {
        let document = try Self.document(needsKey: true)
        #expect(Self.value("paths", "/openapi.json", "get", "security", in: document) == .array([]))
        #expect(Self.value("paths", "/things/{id}", "get", "security", in: document) == nil)
        #expect(document["security"] == .array([.object(["key": .array([])])]))
        #expect(Self.value("components", "securitySchemes", "key", "scheme", in: document) == .string("bearer"))
    }

    @Test func `of an interface without keys has no security scheme`() throws {
        let document = try Self.document(needsKey: false)
        #expect(document["security"] == .array([]))
        #expect(Self.value("components", "securitySchemes", in: document) == nil)
    }

    @Test func `has the headers about a share where a request took one, and as possible ones after a fault`() throws {
        var operation = APIOperation("getThing", .get, "/things", "Show things")
        operation.answers = [APIAnswer(200, "The things.", headers: [.entityTag])]
        operation.errors = [.unauthorized, .forbidden, .internal, .unavailable]
        for isLimited in [true, false] {
            operation.isLimited = isLimited
            let topic = APITopic("Things", "All things.", operations: [operation])
            let description = APIDescription(title: "T", summary: "S", needsKey: true, topics: [topic])
            guard case .object(let document) = description.json else { return }
            func header(_ status: String) -> JSONValue? {
                Self.value("paths", "/things", "get", "responses", status, "headers", "RateLimit", in: document)
            }
            let reference = JSONValue.object(["$ref": .string("#/components/headers/RateLimit")])
            for status in ["200", "403"] { #expect(header(status) == (isLimited ? reference : nil)) }
            #expect(header("401") == nil)
            for status in ["500", "503"] {
                #expect((header(status) != nil) == isLimited && header(status) != reference)
            }
        }
    }

    @Test func `joins errors of one status, and says when to send a request again`() throws {
        let document = try Self.document(needsKey: true, errors: [.internal, .unreadableRecord, .unavailable])
        func answer(_ status: String, _ field: String) -> JSONValue? {
            Self.value("paths", "/things/{id}", "get", "responses", status, field, in: document)
        }
        guard case .string(let text)? = answer("500", "description"),
            case .object(let headers)? = answer("503", "headers")
        else {
            Issue.record("500 has a description, and 503 has headers")
            return
        }
        #expect(text.hasPrefix("`internal`: ") && text.contains(" `unreadable_record`: "))
        #expect(headers.keys.sorted() == ["Retry-After", "X-Request-Id"])
    }
}
