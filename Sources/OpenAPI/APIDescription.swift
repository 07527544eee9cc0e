public import HTTPServer
import HTTPTypes
public import Hummingbird
public import JSON
import StageKit

/// The OpenAPI 3.1 document of an HTTP interface, which the interface serves itself.
///
/// Bounds and lists of values come from the code that checks them, and tests compare the document with the routes and
/// with their answers.
public struct APIDescription: Sendable {
    /// Where an interface serves its document.
    static let path = "/openapi.json"

    private static let keyName = "key"

    /// The document.
    public let json: JSONValue
    private let bytes: ByteBuffer

    /// `needsKey`: every operation that is not public is for the bearer of a key. `webhooks` are requests that Belfry
    /// makes, by name.
    public init(
        title: String, summary: String, needsKey: Bool, topics: [APITopic], webhooks: [String: APIOperation] = [:]
    ) {
        let own = APITopic(
            "Description", "What this interface takes and answers.", operations: [.description],
            schemas: ErrorSchema.all)
        let topics = topics + [own]
        var paths: [String: [String: JSONValue]] = [:]
        for topic in topics {
            for operation in topic.operations {
                paths[operation.path, default: [:]][operation.method.rawValue.lowercased()] =
                    operation.json(tag: topic.name)
            }
        }
        var document: [String: JSONValue] = [
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string(title), "description": .string(summary), "version": .string("1.0.0"),
                "license": .object(["name": .string("Apache 2.0"), "identifier": .string("Apache-2.0")]),
            ]),
            "servers": .array([.object(["url": .string("/"), "description": .string("Where the document is served.")])]
            ),
            "tags": .array(topics.map(\.tag)),
            "paths": .object(paths.mapValues(JSONValue.object)),
            "components": .object(Self.components(topics, needsKey: needsKey)),
            "security": .array(needsKey ? [.object([Self.keyName: .array([])])] : []),
        ]
        if !webhooks.isEmpty {
            document["webhooks"] = .object(
                webhooks.mapValues { .object([$0.method.rawValue.lowercased(): $0.json(tag: topics[0].name)]) })
        }
        json = .object(document)
        bytes = ByteBuffer(string: json.text)
    }

    private static func components(_ topics: [APITopic], needsKey: Bool) -> [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        for topic in topics {
            for (name, schema) in topic.schemas { schemas[name] = schema.json }
        }
        let headers = APIHeader.allCases.map { ($0.rawValue, $0.json) }
        var components: [String: JSONValue] = [
            "schemas": .object(schemas), "headers": .object(Dictionary(uniqueKeysWithValues: headers)),
        ]
        if needsKey {
            components["securitySchemes"] = .object([
                keyName: .object([
                    "type": .string("http"), "scheme": .string("bearer"),
                    "description": .string("A key from `belfry keys`."),
                ])
            ])
        }
        return components
    }

    /// Adds a document to an interface, for everybody: the middleware that is added later does not go around it. The
    /// first request makes the document, so that a program need not before it listens.
    public static func serve(
        _ description: @escaping @Sendable () -> APIDescription, by router: Router<some RouteContext>
    ) {
        router.get(RouterPath(path)) { _, _ in
            Response(
                status: .ok,
                // Short enough for a client to see a new version's document on the day of an update.
                headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"],
                body: ResponseBody(byteBuffer: description().bytes))
        }
    }
}
