import Commands
import Foundation
import HTTPClient
import JSON
import JobCore
import Settings

/// A client of the admin API.
struct APIClient {
    private let baseURL: String
    private let key: String
    /// How long an answer is waited for.
    var answerSecondsMax = 30
    /// The longest answer that is read.
    var answerBytesMax = 16 * 1_024 * 1_024

    init(baseURL: String, key: String) {
        self.baseURL = baseURL
        self.key = key
    }

    /// The answer to a request.
    struct Answer {
        /// The HTTP status.
        var status: Int
        /// The body, or `null` if it is not JSON.
        var body: JSONValue
        var method: String
        /// The seconds of `Retry-After`.
        var retryAfterSeconds: Int?
        /// The address of the API, without a password.
        var url: String
    }

    /// Sends a request and returns its answer, whatever the status. A request that only reads is sent again for a few
    /// seconds while the API asks for that. Throws ``Refused`` if there is no answer.
    func send(
        _ method: String, _ path: String, body: JSONValue? = nil, headers: [ClientRequest.Header] = []
    ) async throws -> Answer {
        let start = ContinuousClock.now
        var patience = ReadPatience()
        while true {
            let answer = try await sendOnce(method, path, body: body, headers: headers)
            guard method == "GET",
                let seconds = patience.waitSeconds(
                    status: answer.status, retryAfterSeconds: answer.retryAfterSeconds,
                    elapsedSeconds: Int((ContinuousClock.now - start).components.seconds))
            else { return answer }
            try await Task.sleep(for: .seconds(seconds))
        }
    }

    private func sendOnce(
        _ method: String, _ path: String, body: JSONValue?, headers more: [ClientRequest.Header]
    ) async throws -> Answer {
        var headers = [ClientRequest.Header(name: "Authorization", value: "Bearer \(key)")] + more
        if body != nil { headers.append(.init(name: "Content-Type", value: "application/json")) }
        let request = ClientRequest(
            method: method, url: baseURL + path, headers: headers, body: body.map { Array($0.text.utf8) } ?? [],
            timeoutMilliseconds: answerSecondsMax * 1_000, responseBodyBytesMax: answerBytesMax)
        let outcome = await OneRequest.send(request)
        let url = Settings.withoutPasswords(baseURL)
        switch outcome {
        case .response(let response):
            let limits = JSONLimits(bytesMax: answerBytesMax, valueCountMax: JSONLimits.trusted.valueCountMax)
            let body =
                response.body.isEmpty
                ? JSONValue.null : (try? JSONValue(parsing: response.body, limits: limits)) ?? .null
            return Answer(
                status: response.status, body: body, method: method, retryAfterSeconds: response.retryAfterSeconds,
                url: url)
        case .failure(let failure, let detail, _):
            let doubt = method == "GET" ? "" : "; whether the request was carried out is not known"
            let reason = UnansweredReason(rawValue: failure.rawValue) ?? .broken
            throw Refused(lines: [
                "no answer from the admin API at \(url): \(failure) (\(detail))\(doubt)",
                "  next: \(NextStep.after(reason, url: url))",
            ])
        }
    }

    /// Sends a request and returns the body of its answer. Throws ``Refused`` unless the status is 2xx.
    func done(_ method: String, _ path: String, body: JSONValue? = nil) async throws -> JSONValue {
        let answer = try await send(method, path, body: body)
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer, path) }
        return answer.body
    }

    /// The error for an answer whose status is not 2xx, with all mistakes that the API lists, and what to do next.
    /// `naming` says in other words where a mistake is, by the JSON pointer to it.
    static func refusal(
        _ answer: Answer, _ path: String, naming: (String) -> String = { $0 }
    ) -> Refused {
        var lines = [answer.body["message"]?.string ?? "the API answered \(answer.status) to \(path)"]
        for error in answer.body["errors"]?.array ?? [] {
            let field = naming(error["field"]?.string ?? "")
            let message = error["message"]?.string ?? ""
            let mistake = FieldError(
                field: field, code: error["code"]?.string.flatMap(FieldError.Code.init) ?? .invalid,
                message: message, hint: error["hint"]?.string ?? "")
            lines.append("  \(mistake.line)")
        }
        if let id = answer.body["request_id"]?.string { lines.append("  request id: \(id)") }
        let request = RefusedRequest(
            method: answer.method, path: path, status: answer.status, retryAfterSeconds: answer.retryAfterSeconds,
            isFromAPI: answer.body["message"]?.string != nil)
        if let step = NextStep.after(request, url: answer.url) { lines.append("  next: \(step)") }
        return Refused(lines: lines)
    }

    /// Escapes a text for use as one segment of a path.
    static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_."))) ?? text
    }
}
