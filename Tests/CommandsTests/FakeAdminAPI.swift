import Foundation
import Hummingbird
import JSON
import JobCore
import Synchronization
import TestServers

/// An admin API with jobs in memory, which notes every request that changes something.
final class FakeAdminAPI: Sendable {
    private struct State {
        var jobs: [String: JSONValue] = [:]
        var versions: [String: Int] = [:]
        var changes: [String] = []
        var reads: [String] = []
        var mayListAll = true
    }

    private let state = Mutex(State())
    private let port = Mutex(0)

    /// A text as a hostile service may have written it.
    static let hostile = "a\u{1B}[2Jb\nc\u{9B}d\u{202E}e\u{7F}"

    /// The requests that changed something, such as `PUT billing/a`.
    var changes: [String] { state.withLock(\.changes) }

    /// The requests that listed jobs, such as `/services/billing/jobs`, and their parameters.
    var reads: [String] { state.withLock(\.reads) }

    /// Whether the key may list the jobs of all services.
    func setMayListAll(_ mayListAll: Bool) { state.withLock { $0.mayListAll = mayListAll } }

    /// Puts a job as if it had been there before.
    func put(_ name: String, _ document: JSONValue) {
        state.withLock { state in
            state.jobs[name] = document
            state.versions[name, default: 0] += 1
        }
    }

    /// Starts it on an unused port. It runs until the test process ends.
    static func start() async -> FakeAdminAPI {
        let api = FakeAdminAPI()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let application = Application(
                router: api.router(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in
                    api.port.withLock { $0 = channel.localAddress?.port ?? 0 }
                    continuation.resume()
                })
            Task { _ = try? await application.run() }
        }
        return api
    }

    /// Runs `belfry` with this API.
    func belfry(_ arguments: [String], environment: [String: String] = [:]) async throws -> Finished {
        try await Program.run(
            "\(Project.bin)/belfry", arguments, environment: variables.merging(environment) { $1 })
    }

    /// Runs a line of bash, in which `belfry` is the program and `$folder` a folder.
    func bash(_ line: String, folder: String) async throws -> Finished {
        try await Program.run(
            "/bin/bash", ["-c", "belfry() { '\(Project.bin)/belfry' \"$@\"; }; \(line)"],
            environment: variables.merging(["folder": folder]) { $1 })
    }

    private var variables: [String: String] {
        ["BELFRY_API_URL": "http://127.0.0.1:\(port.withLock { $0 })", "BELFRY_API_KEY": "belfry_test"]
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("services/:service/jobs/:job") { _, context in self.show(Self.name(context)) }
        router.put("services/:service/jobs/:job") { request, context in
            try await self.put(Self.name(context), request)
        }
        router.delete("services/:service/jobs/:job") { _, context in self.delete(Self.name(context)) }
        router.get("services/:service/jobs") { request, context in
            self.list(service: context.parameters.get("service") ?? "", request)
        }
        router.get("jobs") { request, _ in self.list(service: nil, request) }
        router.post("jobs:batch") { request, _ in try await self.change(request) }
        router.post("services/:service/jobs/:job/run") { _, context in
            self.note("RUN \(Self.name(context))")
            return Self.answer(.accepted, ["execution_id": .string(Self.hostile)])
        }
        router.get("executions") { _, _ in Self.answer(.ok, ["results": .array([Self.execution])]) }
        router.get("executions/:id") { _, _ in Response(status: .ok, body: Self.body(Self.execution)) }
        router.post("executions/:id/cancel") { _, context in
            self.note("CANCEL \(context.parameters.get("id") ?? "")")
            return Response(status: .accepted)
        }
        return router
    }

    private static let execution = JSONValue.object([
        "execution_id": .string("4a01965e-53f8-5e10-91d0-3f4a7e34dd21"), "service_name": .string("billing"),
        "job_name": .string("a"), "status": .string("fail"), "reason": .string(hostile), "error": .string(hostile),
        "summary": .string(hostile), "state": .string(hostile), "scheduled_time": .string("2026-01-31T08:00:00Z"),
        "timeline": .array([.object(["event": .string("attempt"), "detail": .string(hostile)])]),
    ])

    private static func name(_ context: BasicRequestContext) -> String {
        "\(context.parameters.get("service") ?? "")/\(context.parameters.get("job") ?? "")"
    }

    private func note(_ change: String) { state.withLock { $0.changes.append(change) } }

    private func show(_ name: String) -> Response {
        guard let job = state.withLock({ $0.jobs[name] }) else {
            return Self.answer(.notFound, ["message": .string("There is no job \(name). \(Self.hostile)")])
        }
        return Response(status: .ok, body: Self.body(job))
    }

    /// A job named `refused` is refused with a mistake, one named `changed` because it was changed during its test, one
    /// named `untested` because its target can't be tested, and one named `unavailable` because nothing works. For
    /// every other one this is nil.
    private static func refusal(_ name: String, at pointer: String = "") -> Response? {
        switch name.split(separator: "/").last {
        case "refused":
            let mistake = JSONValue.object([
                "field": .string("\(pointer)/payload"), "code": .string("invalid"),
                "message": .string("is “\(hostile)”"), "hint": .string("Give another."),
            ])
            return answer(
                .unprocessableContent,
                [
                    "message": .string("The request is invalid."), "errors": .array([mistake]),
                    "request_id": .string("0123456789abcdef"),
                ])
        case "changed": return answer(.conflict, ["message": .string("The job was changed.")])
        case "untested":
            let mistake = JSONValue.object(["code": .string("not_tested"), "message": .string("SQS is down")])
            return answer(.serviceUnavailable, ["message": .string("No test."), "errors": .array([mistake])])
        case "unavailable": return answer(.serviceUnavailable, ["message": .string("Nothing works.")])
        default: return nil
        }
    }

    private static func outdated(_ name: String, at pointer: String) -> Response {
        let mistake = JSONValue.object([
            "field": .string(pointer), "code": .string("changed"), "message": .string("\(name) was changed"),
            "hint": .string("Read it again."),
        ])
        return answer(
            .preconditionFailed, ["message": .string("Nothing is changed."), "errors": .array([mistake])])
    }

    /// Whether the job has the version that a change is for.
    private func holds(_ name: String, etag: String?, mustBeNew: Bool) -> Bool {
        state.withLock { state in
            guard state.jobs[name] != nil else { return etag == nil }
            return !mustBeNew && (etag.map { $0 == "v\(state.versions[name] ?? 0)" } ?? true)
        }
    }

    private static func document(_ request: Request) async throws -> JSONValue {
        let bytes = Array(try await request.body.collect(upTo: 1 << 23).readableBytesView)
        return try JSONValue(parsing: bytes, limits: .trusted)
    }

    private func put(_ name: String, _ request: Request) async throws -> Response {
        let document = try await Self.document(request)
        if let refusal = Self.refusal(name) { return refusal }
        let etag = request.headers[.ifMatch]?.replacing("\"", with: "")
        guard holds(name, etag: etag, mustBeNew: request.headers[.ifNoneMatch] == "*") else {
            return Self.outdated(name, at: "")
        }
        note("PUT \(name)\(request.uri.query.map { "?\($0)" } ?? "")")
        put(name, document)
        return Response(status: .ok, body: Self.body(document))
    }

    private func delete(_ name: String) -> Response {
        note("DELETE \(name)")
        return state.withLock { $0.jobs.removeValue(forKey: name) } == nil
            ? Response(status: .notFound) : Response(status: .noContent)
    }

    /// All changes of a batch, or none.
    private func change(_ request: Request) async throws -> Response {
        let document = try await Self.document(request)
        let changes = ["put", "delete"].map { kind in
            (document[kind]?.array ?? []).enumerated().map { index, value in
                let name = "\(value["service_name"]?.string ?? "")/\(value["job_name"]?.string ?? "")"
                return (name: name, value: value, pointer: "/\(kind)/\(index)")
            }
        }
        for change in changes.joined() {
            if let refusal = Self.refusal(change.name, at: change.pointer) { return refusal }
            guard
                holds(
                    change.name, etag: change.value["etag"]?.string,
                    mustBeNew: change.value["create_only"] == .bool(true))
            else { return Self.outdated(change.name, at: change.pointer) }
        }
        note("BATCH \(changes[0].count)+\(changes[1].count)")
        for change in changes[0] {
            note("PUT \(change.name)")
            guard case .object(var fields) = change.value else { continue }
            for field in ["create_only", "etag"] { fields[field] = nil }
            put(change.name, .object(fields))
        }
        for change in changes[1] { _ = delete(change.name) }
        return Self.answer(.ok, ["put": .array([]), "deleted": .array([])])
    }

    /// Pages of two jobs. A job named `raced` is changed by somebody else right after it was listed.
    private static func parameter(_ name: String, _ request: Request) -> JSONValue? {
        request.uri.queryParameters[name[...]].map { .string(String($0)) }
    }

    private func list(service: String?, _ request: Request) -> Response {
        state.withLock { $0.reads.append("\(request.uri)") }
        guard service != nil || state.withLock(\.mayListAll) else {
            return Self.answer(.forbidden, ["message": .string("Not all services.")])
        }
        let after = request.uri.queryParameters["more"].map { String($0) } ?? ""
        return state.withLock { state in
            let names = state.jobs.keys.filter { name in
                let (owner, tag) = (Self.parameter("owner", request), Self.parameter("tag", request))
                return name > after && (service == nil || name.hasPrefix("\(service ?? "")/"))
                    && (owner == nil || state.jobs[name]?["owner"] == owner)
                    && (tag.map { state.jobs[name]?["tags"]?.array?.contains($0) ?? false } ?? true)
            }.sorted()
            let page = names.prefix(2).map { name -> JSONValue in
                guard case .object(var fields)? = state.jobs[name] else { return .null }
                let parts = name.split(separator: "/").map { JSONValue.string(String($0)) }
                (fields["service_name"], fields["job_name"]) = (parts[0], parts[1])
                fields["etag"] = .string("v\(state.versions[name] ?? 0)")
                return .object(fields)
            }
            for name in names.prefix(2) where name.hasSuffix("/raced") { state.versions[name, default: 0] += 1 }
            let more = names.count > 2 ? names.prefix(2).last.map(JSONValue.string) ?? .null : .null
            return Self.answer(.ok, ["results": .array(page), "paging": .object(["more": more])])
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ fields: [String: JSONValue]) -> Response {
        Response(status: status, body: body(.object(fields)))
    }

    private static func body(_ value: JSONValue) -> ResponseBody {
        ResponseBody(byteBuffer: ByteBuffer(string: value.text))
    }
}
