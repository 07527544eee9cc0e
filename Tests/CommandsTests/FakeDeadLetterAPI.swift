import Foundation
import Hummingbird
import JSON
import Synchronization
import TestServers

/// An admin API with dead letters in memory, whose passes are short and whose time is a counter.
final class FakeDeadLetterAPI: Sendable {
    struct Letter {
        var document: [String: JSONValue]
        /// When it became a dead letter, by the counter.
        var deadAt: Int64
        /// Why it can't be replayed.
        var failure: String?
    }

    struct State {
        /// By their places, which rise.
        var letters: [Int: Letter] = [:]
        /// The bodies of all requests that replay or drop.
        var requests: [JSONValue] = []
        /// The letters that were published, from a queue or from a file.
        var published: [JSONValue] = []
        var droppedCount = 0
        /// Letters fail again at once, and come back.
        var failsAgain = false
        /// The pass with this number, from 0, and the one behind it are answered with 503.
        var unavailablePass: Int?
        /// The pass with this number is answered with 409: its place is gone.
        var gonePass: Int?
        /// What every request is answered with instead.
        var answer: String?
        var time: Int64 = 1_000
    }

    /// Letters in a page or pass.
    static let pageLength = 4
    /// An id as it is given by ``add(count:queue:fields:failure:)``.
    static func id(_ number: Int) -> String {
        "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
    }

    let state = Mutex(State())
    private let port = Mutex(0)

    /// Adds letters, whose ids go on counting from 0.
    func add(
        count: Int = 1, queue: String = "courier.deliveries", fields: [String: JSONValue] = [:], failure: String? = nil
    ) {
        state.withLock { state in
            for _ in 0..<count {
                let number = state.letters.count
                let defaults: [String: JSONValue] = [
                    "id": .string(Self.id(number)), "queue": .string(queue), "reason": .string("failing"),
                    "error": .string("error \(number)"), "attempts": .integer(21), "replays": .integer(0),
                    "origin": .object([
                        "exchange": .string("belfry"), "routing_key": .string("delivery.requested"),
                        "queue": .string(queue),
                    ]),
                    "first_dead_at": .string("2026-01-01T00:00:00Z"), "last_dead_at": .string("2026-01-01T00:00:00Z"),
                    "message_id": .string("m-\(number)"), "service_name": .string("billing"), "job_name": .string("a"),
                    "execution_id": .null, "body_bytes": .integer(2), "headers": .object(["h": .string("v")]),
                    "body": .string("{}"), "body_is_cut": .bool(false),
                ]
                state.letters[number] = Letter(
                    document: defaults.merging(fields) { $1 }, deadAt: 0, failure: failure)
            }
        }
    }

    /// Starts it on an unused port. It runs until the test process ends.
    static func start() async -> FakeDeadLetterAPI {
        let api = FakeDeadLetterAPI()
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

    /// Runs `belfry dead`.
    func dead(_ arguments: String...) async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", ["dead"] + arguments, environment: variables)
    }

    /// Runs a line of bash, in which `belfry` is the program.
    func bash(_ line: String) async throws -> Finished {
        try await Program.run(
            "/bin/bash", ["-c", "set -o pipefail; belfry() { '\(Project.bin)/belfry' \"$@\"; }; \(line)"],
            environment: variables)
    }

    private var variables: [String: String] {
        ["BELFRY_API_URL": "http://127.0.0.1:\(port.withLock { $0 })", "BELFRY_API_KEY": "belfry_test"]
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("dead-letters") { request, _ in self.page(request, withBody: false) }
        router.get("dead-letters:export") { request, _ in self.page(request, withBody: true) }
        router.get("dead-letters/:id") { _, context in self.show(context.parameters.get("id") ?? "") }
        for action in ["replay", "drop"] {
            router.post("dead-letters:\(action)") { request, _ in
                let bytes = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
                return self.pass(action, try JSONValue(parsing: bytes))
            }
        }
        return router
    }

    private func show(_ id: String) -> Response {
        state.withLock { state in
            if let answer = state.answer { return Self.response(.ok, answer) }
            guard let letter = state.letters.values.first(where: { $0.document["id"] == .string(id) }) else {
                return Self.response(.notFound, #"{"message":"There is no dead letter \#(id)."}"#)
            }
            return Self.response(.ok, JSONValue.object(letter.document).text)
        }
    }

    private func page(_ request: Request, withBody: Bool) -> Response {
        state.withLock { state in
            if let answer = state.answer { return Self.response(.ok, answer) }
            let wanted = request.uri.queryParameters
            let limit = min(wanted.get("limit", as: Int.self) ?? 0, Self.pageLength)
            let found = state.letters.sorted { $0.key < $1.key }.filter { place, letter in
                place > (wanted.get("more", as: Int.self) ?? -1)
                    && ["queue", "service", "reason", "error"].allSatisfy { name in
                        guard let value = wanted.get(name) else { return true }
                        let field = letter.document[name == "service" ? "service_name" : name]
                        return field?.text.contains(value) == true
                    }
            }
            let documents = found.prefix(limit).map { _, letter in
                JSONValue.object(letter.document.filter { withBody || !["body", "body_is_cut"].contains($0.key) })
            }
            let more = found.count > limit ? found[limit - 1].key : nil
            let paging = JSONValue.object(["more": more.map { .string("\($0)") } ?? .null])
            return Self.response(.ok, JSONValue.object(["results": .array(documents), "paging": paging]).text)
        }
    }

    private func pass(_ action: String, _ request: JSONValue) -> Response {
        state.withLock { state in
            guard case .object(let fields) = request else { return Response(status: .badRequest) }
            let number = state.requests.count
            state.requests.append(request)
            if let answer = state.answer { return Self.response(.ok, answer) }
            if let first = state.unavailablePass, first...first + 1 ~= number {
                return Self.response(.serviceUnavailable, #"{"message":"deadletterd gave no answer"}"#)
            }
            if state.gonePass == number { return Self.response(.conflict, #"{"message":"list again"}"#) }
            // A command that goes round for ever ends here.
            guard number < 1_000 else { return Response(status: .internalServerError) }
            state.time += 1_000
            return Self.response(.ok, JSONValue.object(state.carryOut(action, fields)).text)
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension FakeDeadLetterAPI.State {
    fileprivate mutating func carryOut(_ action: String, _ request: [String: JSONValue]) -> [String: JSONValue] {
        if let letter = request["letter"] {
            if request["dry_run"] != .bool(true) { published.append(letter) }
            return Self.answer(done: 1)
        }
        guard case .integer(let limit)? = request["limit"] else { return [:] }
        let before = request["before"] ?? .integer(time)
        var (done, failures, more) = (0, [JSONValue](), Int?.none)
        for (place, letter) in letters.sorted(by: { $0.key < $1.key }) {
            guard isMeant(place, letter, request, before) else { continue }
            guard done < min(Int(limit), FakeDeadLetterAPI.pageLength) else { break }
            more = place
            if action == "replay", let code = letter.failure {
                failures.append(
                    .object([
                        "id": letter.document["id"] ?? .null, "queue": .string("q"), "code": .string(code),
                        "message": .string("it can't be"),
                    ]))
                continue
            }
            done += 1
            guard request["dry_run"] != .bool(true) else { continue }
            letters[place] = nil
            if action == "drop" { droppedCount += 1 } else { published.append(.object(letter.document)) }
            if failsAgain {
                letters[(letters.keys.max() ?? 0) + 1_000] = .init(document: letter.document, deadAt: time)
            }
        }
        let isEnd = !letters.contains { $0.key > more ?? .max && isMeant($0.key, $0.value, request, before) }
        return Self.answer(done: done, failures: failures, before: before, more: isEnd ? nil : more)
    }

    private func isMeant(
        _ place: Int, _ letter: FakeDeadLetterAPI.Letter, _ request: [String: JSONValue], _ before: JSONValue
    ) -> Bool {
        guard case .integer(let before) = before, letter.deadAt < before else { return false }
        if case .string(let more)? = request["more"], place <= Int(more) ?? 0 { return false }
        return ["id", "reason"].allSatisfy { request[$0] == nil || request[$0] == letter.document[$0] }
    }

    private static func answer(
        done: Int, failures: [JSONValue] = [], before: JSONValue? = nil, more: Int? = nil
    ) -> [String: JSONValue] {
        let count = JSONValue.integer(Int64(done + failures.count))
        return [
            "matched": count, "done": .integer(Int64(done)), "failed": .integer(Int64(failures.count)),
            "scanned": count, "dry_run": .bool(false), "failures": .array(failures), "before": before ?? .null,
            "paging": .object(["more": more.map { .string("\($0)") } ?? .null]),
        ]
    }
}
