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
        var changes: [String] = []
    }

    private let state = Mutex(State())
    private let port = Mutex(0)

    /// A text as a hostile service may have written it.
    static let hostile = "a\u{1B}[2Jb\nc\u{9B}d\u{202E}e\u{7F}"

    /// The requests that changed something, such as `PUT billing/a`.
    var changes: [String] { state.withLock(\.changes) }

    /// Puts a job as if it had been there before.
    func put(_ name: String, _ document: JSONValue) { state.withLock { $0.jobs[name] = document } }

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
        router.get("services/:service/jobs") { _, context in
            self.list(service: context.parameters.get("service") ?? "")
        }
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
    /// named `untested` because its target can't be tested, and one named `unavailable` because nothing works.
    private func put(_ name: String, _ request: Request) async throws -> Response {
        let bytes = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
        let document = try JSONValue(parsing: bytes)
        guard !name.hasSuffix("/refused") else {
            let mistake = JSONValue.object([
                "field": .string("/payload"), "code": .string("invalid"), "message": .string("is “\(Self.hostile)”"),
                "hint": .string("Give another."),
            ])
            return Self.answer(
                .unprocessableContent,
                [
                    "message": .string("The request is invalid."), "errors": .array([mistake]),
                    "request_id": .string("0123456789abcdef"),
                ])
        }
        switch name.split(separator: "/").last {
        case "changed": return Self.answer(.conflict, ["message": .string("The job was changed.")])
        case "untested":
            let mistake = JSONValue.object(["code": .string("not_tested"), "message": .string("SQS is down")])
            return Self.answer(.serviceUnavailable, ["message": .string("No test."), "errors": .array([mistake])])
        case "unavailable": return Self.answer(.serviceUnavailable, ["message": .string("Nothing works.")])
        default: break
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

    private func list(service: String) -> Response {
        let names = state.withLock { $0.jobs.keys.filter { $0.hasPrefix(service + "/") }.sorted() }
        return Self.answer(
            .ok,
            [
                "results": .array(
                    names.map { .object(["job_name": .string(String($0.dropFirst(service.count + 1)))]) }),
                "paging": .object(["more": .null]),
            ])
    }

    private static func answer(_ status: HTTPResponse.Status, _ fields: [String: JSONValue]) -> Response {
        Response(status: status, body: body(.object(fields)))
    }

    private static func body(_ value: JSONValue) -> ResponseBody {
        ResponseBody(byteBuffer: ByteBuffer(string: value.text))
    }
}
