import HTTPTypes
import JSON
import JobCore
import Messaging
import OpenAPI
import Store
import TestServers

@testable import Console

/// Requests to all operations, with as many of their answers as can be had.
enum DescribedWalk {
    /// One request and its answer, as a line of JSON.
    private struct Line: Sendable {
        var text: String

        init(_ id: String, _ answer: ConsoleAPI.Answer) {
            let headers = answer.headers.map { ($0.name.rawName.lowercased(), JSONValue.string($0.value)) }
            text =
                JSONValue.object([
                    "operation": .string(id), "status": .integer(Int64(answer.status)), "body": .string(answer.text),
                    "headers": .object(Dictionary(headers) { $1 }),
                ]).text
        }
    }

    /// Sends all requests, and compares the answers with the document. An operation without a sample is one that nobody
    /// has seen answers of.
    static func findings(in document: JSONValue) async throws -> (faults: [String], unseen: [String]) {
        let found = try await DescribedAnswers.check(
            document: document.text, answers: try await answers().map(\.text))
        return (found.faults, found.unseen)
    }

    private static func answers() async throws -> [Line] {
        var lines: [Line] = []
        for operation in ConsoleDescription.topics.flatMap(\.operations) {
            guard let sample = DescribedSample.all[operation.id] else { continue }
            lines += try await answers(of: operation.id, operation.method, sample)
        }
        lines.append(Line("getDescription", try await ConsoleAPI().send(.get, "/openapi.json", key: .none)))
        return lines + (try await answersOfBusyKey())
    }

    private static func answers(
        of id: String, _ method: HTTPRequest.Method, _ sample: DescribedSample
    ) async throws -> [Line] {
        var lines: [Line] = []
        /// Each request has an API of its own, which may be broken.
        func send(_ request: DescribedSample.Request, _ change: (ConsoleAPI) -> Void = { _ in }) async throws {
            let api = ConsoleAPI()
            request.prepare(api)
            change(api)
            let path = request.path.replacing("ID", with: "\(api.execution.id)")
            lines.append(
                Line(
                    id,
                    try await api.send(
                        method, path, request.body, key: request.key, contentType: request.type,
                        headers: request.headers)))
        }
        let right = sample.right
        try await send(right)
        try await send(right.with(key: .none))
        try await send(right.with(key: id.contains("DeadLetter") ? .read : .other))
        for request in sample.others { try await send(request) }
        if right.body != nil {
            for body in ["{", "[]", #"{"": 1, "a/b": []}"#] { try await send(right.with(body: body)) }
            try await send(right.with(type: "text/plain"))
            try await send(right.with(body: String(repeating: " ", count: 11 * 1_024 * 1_024)))
        }
        try await send(right) { $0.store.change { $0.failure = .unusable("broken") } }
        try await send(right) { $0.store.change { $0.keyFailure = .unusable("broken") } }
        try await send(right) { $0.store.change { $0.keyFailure = .unavailable("locked") } }
        try await send(right) { $0.answers.script(.init(result: DeadLettersResult(error: "position_gone"))) }
        return lines
    }

    /// What each operation answers while its key has its share of requests at work.
    private static func answersOfBusyKey() async throws -> [Line] {
        let api = ConsoleAPI()
        return try await withThrowingTaskGroup(of: ConsoleAPI.Answer.self) { group in
            api.store.hold()
            for _ in 0...KeyShare.Kind.requests.limit { group.addTask { try await api.send(.get, "/jobs") } }
            // The first answer is that of the one that is too many: the others are held.
            _ = try await group.next()
            var lines: [Line] = []
            for operation in ConsoleDescription.topics.flatMap(\.operations) {
                guard let sample = DescribedSample.all[operation.id] else { continue }
                let path = sample.right.path.replacing("ID", with: "\(api.execution.id)")
                lines.append(Line(operation.id, try await api.send(operation.method, path, sample.right.body)))
            }
            api.store.release()
            for try await _ in group {}
            return lines
        }
    }
}
