import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// Bytes of the body of a replay, which may hold a letter: an exported letter always fits.
    private static let replayBytesMax = 10 * 1_024 * 1_024
    private static let dropBytesMax = 64 * 1_024

    /// `GET /dead-letters`: letters without their bodies, queue by queue, oldest first.
    func listDeadLetters(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await page(.list, request, context)
    }

    /// `GET /dead-letters:export`: the same with their bodies.
    func exportDeadLetters(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await page(.show, request, context)
    }

    /// `GET /dead-letters/{id}`: one letter with its body, or 404.
    func getDeadLetter(_ request: Request, _ context: KeyContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        try Query(request).finish()
        let absent = APIError(.notFound, "There is no dead letter “\(text.prefix(64))”. An id is a UUID.")
        guard let id = DeadLetterID(text: text) else { throw absent }
        return try await withShare(context) {
            let deadline = deadline()
            var asked = self.request(.show, DeadLetterFilter(id: id), limit: 100, context)
            // A pass ends early, and the letter may be in the next.
            while true {
                let answer = try await deadLetters.ask(asked, until: deadline)
                if var view = answer.letters.first {
                    view.copies = answer.letters.count > 1 ? answer.letters.count : nil
                    return try .json(.ok, view)
                }
                guard let more = answer.more(after: asked.after) else { throw absent }
                (asked.requestID, asked.after) = (Self.newRequestID(), more)
            }
        }
    }

    /// `POST /dead-letters:replay`: publishes letters to where they came from, or one that is in no queue.
    func replayDeadLetters(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await change(.replay, request, bytesMax: Self.replayBytesMax, context)
    }

    /// `POST /dead-letters:drop`: removes letters.
    func dropDeadLetters(_ request: Request, _ context: KeyContext) async throws -> Response {
        try await change(.drop, request, bytesMax: Self.dropBytesMax, context)
    }

    private func page(
        _ action: DeadLettersRequested.Action, _ request: Request, _ context: KeyContext
    ) async throws -> Response {
        var query = Query(request)
        let filter = query.deadLetterFilter(now: time.now())
        let limit = query.limit(max: 1_000, default: 50)
        let after = query.page("more", Paging.deadLetterPosition)
        try query.finish()
        return try await withShare(context) {
            var asked = self.request(action, filter, limit: limit, context)
            asked.after = after
            let answer = try await deadLetters.ask(asked, until: deadline())
            return try .json(
                .ok,
                ResultPage(results: answer.letters, more: answer.more(after: after).map(Paging.token(after:))))
        }
    }

    private func change(
        _ action: DeadLettersRequested.Action, _ request: Request, bytesMax: Int, _ context: KeyContext
    ) async throws -> Response {
        try Query(request).finish()
        return try await withShare(context) {
            let body = try await request.jsonBody(bytesMax: bytesMax, context)
            let json = try JSONValue.parse(body, limits: JSONLimits(bytesMax: bytesMax))
            let document = try DeadLetterDocument(json, action: action, now: time.now())
            var asked = self.request(action, document.filter, limit: document.limit, context)
            asked.ratePerSecond = document.ratePerSecond
            asked.isDryRun = document.isDryRun
            asked.after = document.after
            if let exported = document.letter {
                (asked.action, asked.limit) = (.republish, 1)
                (asked.letter, asked.letterBody) = (exported.letter, exported.body)
            }
            if !asked.isDryRun { try await record(asked, context) }
            do {
                let answer = try await deadLetters.ask(asked, until: deadline())
                let result = answer.result ?? DeadLettersResult()
                log(asked, result: "done", result)
                return try .json(
                    .ok,
                    DeadLettersAnswer(result: result, isDryRun: asked.isDryRun, before: asked.filter.before))
            } catch {
                log(asked, result: "\(APIError(error).code.rawValue)", nil)
                throw error
            }
        }
    }

    /// Runs a request within the share that its key has of those about dead letters.
    private func withShare(_ context: KeyContext, _ work: () async throws -> Response) async throws -> Response {
        var (response, limit) = try await deadLetterShare.run(context.key.name, work)
        limit.add(to: &response.headers)
        return response
    }

    private func request(
        _ action: DeadLettersRequested.Action, _ filter: DeadLetterFilter, limit: Int, _ context: KeyContext
    ) -> DeadLettersRequested {
        // `ask` sets the asker.
        var request = DeadLettersRequested(
            requestID: Self.newRequestID(), asker: "", action: action, filter: filter, limit: limit,
            requestedBy: context.key.name)
        if action == .list || action == .show { request.bytesMax = DeadLetterAsker.bodyBytesMax }
        return request
    }

    private static func newRequestID() -> String { Identifier<DeadLettersRequested>.random().description }

    private func deadline() -> Int64 { time.monotonicMilliseconds() + DeadLetterAsker.waitMilliseconds }

    /// Writes the audit entry of a request that changes something.
    private func record(_ request: DeadLettersRequested, _ context: KeyContext) async throws {
        let filter = request.filter
        func name(_ text: String?) -> String? { text.flatMap { JobName.fault(in: $0) == nil ? $0 : nil } }
        try await record(
            request.action == .drop ? .deadLettersDropRequested : .deadLettersReplayRequested, context,
            service: name(request.letter?.service) ?? filter.service, job: name(request.letter?.job) ?? filter.job,
            subject: (request.letter?.id ?? filter.id).map { "\($0)" },
            after: .object([
                "filter": .string(filter.text), "limit": .integer(Int64(request.limit)),
                "dead_letters_request_id": .string("\(request.requestID)"),
            ]))
    }

    /// The log line of a request that changes something. deadletterd logs what it has done, too.
    private func log(_ request: DeadLettersRequested, result: String, _ counts: DeadLettersResult?) {
        var metadata: Logger.Metadata = [
            "action": "\(request.action.rawValue)", "by": "\(request.requestedBy)",
            "request_id": "\(request.requestID)", "filter": "\(request.filter.text)",
            "dry_run": "\(request.isDryRun)", "result": "\(result)",
        ]
        if let letter = request.letter { metadata["letter"] = "\(letter.id)" }
        if let counts {
            metadata.merge([
                "matched": "\(counts.matched)", "done": "\(counts.done)", "failed": "\(counts.failed)",
            ]) { $1 }
        }
        logger.info("dead letters handled", metadata: metadata)
    }
}

extension Query {
    /// Takes the conditions of a list.
    fileprivate mutating func deadLetterFilter(now: Instant) -> DeadLetterFilter {
        DeadLetterFilter(
            queues: value("queue", isList: true, hint: DeadLetterField.queueHint, DeadLetterField.queues) ?? [],
            service: name("service"), job: name("job"),
            reason: value("reason", hint: DeadLetterField.reasonHint, DeadLetterField.reason),
            error: value("error", hint: DeadLetterField.errorHint, DeadLetterField.error),
            before: value("older_than_seconds", hint: DeadLetterField.ageHint, DeadLetterField.age)
                .map { now.adding(seconds: -$0) })
    }
}

extension DeadLetterFilter {
    /// The conditions in one line, for the log.
    fileprivate var text: String {
        let conditions: [(String, String?)] = [
            ("queue", queues.isEmpty ? nil : queues.map(\.rawValue).joined(separator: ",")),
            ("id", id.map { "\($0)" }), ("service", service), ("job", job), ("reason", reason),
            ("error", error.map { ForeignText.cleaned($0, bytesMax: 200) }), ("before", before?.rfc3339),
        ]
        return conditions.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
