import HTTPTypes
import Hummingbird
import JSON
import JobCore
import Messaging
import OpenAPI
import Store
import Testing

@testable import Console

/// Guarantee: the OpenAPI document of the admin API has its routes, and the answers that they give.
@Suite struct `The description of the admin API` {
    private static func document() async throws -> JSONValue {
        let answer = try await ConsoleAPI().send(.get, "/openapi.json", key: .none)
        return try JSONValue(parsing: Array(answer.text.utf8), limits: .trusted)
    }

    @Test func `is served to everybody, and takes no share of a key`() async throws {
        let api = ConsoleAPI()
        let answer = try await api.send(.get, "/openapi.json", key: .none)
        #expect(answer.status == 200 && answer.headers[.contentType] == "application/json")
        #expect(answer.headers[.cacheControl] == "public, max-age=300")
        #expect(try JSONValue(parsing: Array(answer.text.utf8), limits: .trusted)["openapi"] == .string("3.1.0"))
        let head = try await api.send(.head, "/openapi.json", key: .none)
        #expect(head.status == 200 && head.text.isEmpty)
        #expect(head.headers[.contentLength] == "\(answer.text.utf8.count)")
        #expect(try await api.send(.post, "/openapi.json").status == 405)
        // The other paths still ask for a key.
        for path in ["/openapi", "/openapi.json/x", "/jobs"] {
            #expect(try await api.send(.get, path, key: .none).status == 401)
        }
        api.store.change { $0.keyFailure = .unavailable("locked") }
        #expect(try await api.send(.get, "/openapi.json").status == 200)
    }

    @Test func `has an operation for each route, and no other`() async throws {
        let routes = ConsoleAPI().console.router().routes.map { route in
            "\(route.method.rawValue) /" + "\(route.path)".split(separator: "/").joined(separator: "/")
        }
        guard case .object(let paths)? = try await Self.document()["paths"] else { return }
        let operations = paths.flatMap { path, methods -> [String] in
            guard case .object(let operations) = methods else { return [] }
            return operations.keys.map { "\($0.uppercased()) \(path)" }
        }
        #expect(operations.sorted() == routes.sorted())
    }

    @Test func `names each operation once, each part of a path, and refers only to what is there`() async throws {
        let document = try await Self.document()
        let operations = ConsoleDescription.topics.flatMap(\.operations)
        #expect(Set(operations.map(\.id)).count == operations.count)
        for topic in ConsoleDescription.topics {
            for operation in topic.operations {
                let described = document["paths"]?[operation.path]?[operation.method.rawValue.lowercased()]
                let parts = described?["parameters"]?.array.filter { $0["in"] == .string("path") } ?? []
                let names = operation.path.matches(of: #/\{(\w+)\}/#).map { String($0.1) }
                #expect(parts.compactMap { $0["name"]?.string } == names, "\(operation.id)")
            }
        }
        for reference in Self.references(in: document) {
            let found = reference.split(separator: "/").dropFirst().reduce(document as JSONValue?) { $0?[String($1)] }
            #expect(found != nil, "\(reference)")
        }
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let items): items.flatMap(references)
        case .object(let fields):
            fields.flatMap { $0.key == "$ref" ? [$0.value.string ?? ""] : references(in: $0.value) }
        default: []
        }
    }

    @Test func `has all answers of its operations`() async throws {
        let findings = try await DescribedWalk.findings(in: try await Self.document())
        #expect(findings.faults == [])
        // The first takes a change of the job while its target is tested; see `VerificationTests`. The others take a
        // server; see `SchemathesisTests`.
        let lists = ["Executions", "JobExecutions", "Jobs", "ServiceExecutions", "ServiceJobs"]
        #expect(findings.unseen.sorted() == lists.map { "list\($0) 400" } + ["putJob 409"])
    }
}
