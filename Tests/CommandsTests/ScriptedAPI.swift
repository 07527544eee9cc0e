import Foundation
import Hummingbird
import JSON
import Synchronization
import TestServers

/// An admin API whose answers a test gives. It notes the requests.
final class ScriptedAPI: Sendable {
    struct Reply: Sendable {
        var status = 200
        var body = JSONValue.null
        var headers: [String: String] = [:]
        /// Sent in place of the JSON.
        var text: String?
    }

    private let port = Mutex(0)
    private let noted = Mutex<[String]>([])
    private let reply: @Sendable (_ request: String, _ number: Int) -> Reply

    private init(_ reply: @escaping @Sendable (_ request: String, _ number: Int) -> Reply) {
        self.reply = reply
    }

    /// The requests with their queries and bodies, such as `POST /executions/1/retry {"payload":"x"}`.
    var requests: [String] { noted.withLock { $0 } }

    /// Starts it on an unused port. It runs until the test process ends. `reply` gets a request as ``requests`` has it,
    /// and the number of requests before it.
    static func start(_ reply: @escaping @Sendable (_ request: String, _ number: Int) -> Reply) async -> ScriptedAPI {
        let api = ScriptedAPI(reply)
        let router = Router()
        for method in [HTTPRequest.Method.get, .post, .put, .delete] {
            router.on("**", method: method) { request, _ in try await api.answer(request) }
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in
                    api.port.withLock { $0 = channel.localAddress?.port ?? 0 }
                    continuation.resume()
                })
            Task { _ = try? await application.run() }
        }
        return api
    }

    /// Runs `belfry` with this API.
    func belfry(_ arguments: String...) async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", arguments, environment: variables)
    }

    /// Runs `belfry` with this API, on a terminal of this width. What the terminal shows is in `output`.
    func belfry(_ arguments: String, columns: Int, environment: [String: String] = [:]) async throws -> Finished {
        let command = "stty cols \(columns); '\(Project.bin)/belfry' \(arguments)"
        return try await Program.run(
            "/bin/bash", ["-c", "script -qec \"\(command)\" /dev/null </dev/null"],
            environment: variables.merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 }.merging(environment) { $1 })
    }

    /// Runs a line of bash, in which `belfry` is the program.
    func bash(_ line: String) async throws -> Finished {
        try await Program.run(
            "/bin/bash", ["-c", "belfry() { '\(Project.bin)/belfry' \"$@\"; }; \(line)"], environment: variables)
    }

    private var variables: [String: String] {
        ["BELFRY_API_URL": "http://127.0.0.1:\(port.withLock { $0 })", "BELFRY_API_KEY": "belfry_test"]
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let text = "\(request.method) \(request.uri)\(body.readableBytes == 0 ? "" : " \(String(buffer: body))")"
        let number = noted.withLock { requests in
            requests.append(text)
            return requests.count - 1
        }
        let answer = reply(text, number)
        var headers = HTTPFields()
        for (name, value) in answer.headers { headers[.init(name)!] = value }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.text ?? answer.body.text)))
    }
}
