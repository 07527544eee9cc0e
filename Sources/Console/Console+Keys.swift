import Hummingbird
import JSON
import JobCore
import Logging
import Signing
import StageKit
import Store

extension Console {
    /// `GET /keys`: all keys, without their secrets.
    func listKeys(_ request: Request, _ context: KeyContext) async throws -> Response {
        try Query(request).finish()
        let keys = try await store.apiKeys()
        return try .json(.ok, ResultPage(results: keys.map { KeyView(key: $0) }, more: nil))
    }

    /// `POST /keys`: creates a key. Its secret is in the answer, and can't be shown again.
    func createKey(_ request: Request, _ context: KeyContext) async throws -> Response {
        try Query(request).finish()
        let (name, scope) = try Self.newKey(try await request.jsonBody(bytesMax: Query.bodyBytesMax, context))
        let secret = APISecret.random()
        let key = APIKey(name: name, scope: scope, createdAt: time.now(), createdBy: context.author.name)
        guard try await store.add(key, secretHash: APISecret.hash(secret), by: context.author) else {
            throw APIError(.conflict, "There is a key named “\(name)” already.")
        }
        logger.info("key created", metadata: ["key": "\(name)", "scope": "\(scope)", "by": "\(context.key.name)"])
        var response = try Response.json(.created, KeyView(key: key, secret: secret))
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// `DELETE /keys/{name}`: the key works no more, at any `consoled`. The last one of the scope `admin` stays: nobody
    /// could create another one by the API.
    func revokeKey(_ request: Request, _ context: KeyContext) async throws -> Response {
        try Query(request).finish()
        let name = context.parameters.get("name") ?? ""
        switch try await store.removeAPIKey(named: name, keepingAdmin: true, by: context.author, now: time.now()) {
        case .removed: break
        case .unknown: throw APIError(.notFound, "There is no key “\(name.prefix(128))”.")
        case .lastAdmin:
            throw APIError(
                .conflict, "“\(name)” is the last key of the scope “admin”. Create another one before you revoke it.")
        }
        logger.info("key revoked", metadata: ["key": "\(name)", "by": "\(context.key.name)"])
        return Response(status: .noContent)
    }

    private static func newKey(_ body: [UInt8]) throws(InvalidDocument) -> (name: String, APIKey.Scope) {
        guard case .object(let fields) = try JSONValue.parse(body) else { throw .notAnObject }
        var reader = DocumentReader(fields)
        let nameHint = "Give 1 to 128 letters, digits, “-”, “_” and “.”."
        let name = reader.requiredString("name", bytesMax: 1_024, hint: nameHint)
        if let name, KeyName.fault(in: name) != nil {
            reader.report("name", .invalid, "is not the name of a key", hint: nameHint)
        }
        let scopeHint = "Give admin, read or service:NAME."
        let text = reader.requiredString("scope", bytesMax: 1_024, hint: scopeHint)
        let scope = text.flatMap(APIKey.Scope.init(new:))
        if let text, scope == nil {
            reader.report("scope", .notAllowed, "is “\(text.prefix(64))”", hint: scopeHint)
        }
        reader.refuseUnknownFields()
        guard let name, let scope, reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return (name, scope)
    }
}
