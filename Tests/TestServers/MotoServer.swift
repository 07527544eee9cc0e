import Foundation
public import JSON

/// A server that speaks SQS (moto), and what boto3 reads and writes there. Both know nothing of Belfry.
public final class MotoServer: Sendable {
    /// Where the server listens.
    public let url: String
    private let process: Task<Finished, any Error>

    private init(url: String, process: Task<Finished, any Error>) {
        self.url = url
        self.process = process
    }

    /// Starts a server, which ends with this process.
    public static func start() async throws -> MotoServer {
        let port = try Project.freePort()
        let python = try await Self.python()
        let arguments = [
            "\(Project.root)/Tests/Python/sqs_server.py", "\(port)", "\(ProcessInfo.processInfo.processIdentifier)",
        ]
        let process = Task { try await Program.run(python, arguments) }
        _ = try await until("moto answers") {
            let attempt = try await Program.run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])
            return attempt.status == 0 ? true : nil
        }
        return MotoServer(url: "http://127.0.0.1:\(port)", process: process)
    }

    /// Runs `body` with a server, which it stops after an error, too.
    public static func with(_ body: (MotoServer) async throws -> Void) async throws {
        let server = try await start()
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Ends the server.
    public func stop() async {
        process.cancel()
        _ = try? await process.value
    }

    /// Creates a queue and returns its URL. A message that was received is hidden for so long.
    public func createQueue(_ name: String, hiddenSeconds: Int = 30) async throws -> String {
        guard let url = try await Self.queues(["create", url, name, String(hiddenSeconds)]).string else {
            throw TestFailure("the queue \(name) has no URL")
        }
        return url
    }

    /// Returns the messages that are there, at most ten, with the fields `id`, `body`, `attributes`, `group` and
    /// `deduplication`.
    public func receive(_ queueURL: String) async throws -> [JSONValue] {
        try await Self.queues(["receive", url, queueURL]).array ?? []
    }

    /// Sends a message.
    public func send(_ queueURL: String, body: String, attributes: [String: String]) async throws {
        let texts = JSONValue.object(attributes.mapValues { .string($0) }).text
        _ = try await Self.queues(["send", url, queueURL, body, texts])
    }

    /// Sends messages that all have this many bytes.
    public func fill(_ queueURL: String, count: Int, bytes: Int, attributes: [String: String]) async throws {
        let texts = JSONValue.object(attributes.mapValues { .string($0) }).text
        _ = try await Self.queues(["fill", url, queueURL, String(count), String(bytes), texts])
    }

    /// Returns how many messages are in a queue, those that someone has received and not deleted included.
    public func count(_ queueURL: String) async throws -> Int {
        try await Self.queues(["count", url, queueURL]).integer.map { Int($0) } ?? -1
    }

    /// The signature that botocore computes for a signed request as it was received.
    public static func signature(of request: JSONValue) async throws -> String? {
        try await queues(["sign", request.text]).string
    }

    private static func python() async throws -> String {
        try await Program.script("python").split(separator: "\n").last.map(String.init) ?? ""
    }

    private static func queues(_ arguments: [String]) async throws -> JSONValue {
        let finished = try await Program.run(
            try await python(), ["\(Project.root)/Tests/Python/queues.py"] + arguments)
        guard finished.status == 0 else { throw TestFailure("queues.py: \(finished.errors.suffix(2_000))") }
        return try JSONValue(parsing: Array(finished.output.utf8), limits: .trusted)
    }
}
