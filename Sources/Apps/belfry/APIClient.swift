public import ArgumentParser
import Foundation
public import JobCore
import HTTPClient

/// Where the admin API is, and with which key.
struct APIOptions: ParsableArguments {
    @Option(help: "The admin API (default http://127.0.0.1:8080). [BELFRY_API_URL]")
    var apiUrl: String?

    @Option(help: "The key to use; better given as a variable. [BELFRY_API_KEY]")
    var apiKey: String?

    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        guard let key = apiKey ?? environment["BELFRY_API_KEY"] else {
            throw Refused("no API key: set BELFRY_API_KEY, or make one with `belfry keys add NAME --scope admin`")
        }
        let url = apiUrl ?? environment["BELFRY_API_URL"] ?? "http://127.0.0.1:8080"
        return APIClient(baseURL: url.hasSuffix("/") ? String(url.dropLast()) : url, key: key)
    }
}

/// Talks to the admin API.
struct APIClient {
    private let baseURL: String
    private let key: String

    init(baseURL: String, key: String) {
        self.baseURL = baseURL
        self.key = key
    }

    struct Answer {
        var status: Int
        var body: JSONValue
    }

    /// Sends a request and reads its answer, whatever its status. Throws when there is none.
    func send(_ method: String, _ path: String, body: JSONValue? = nil) async throws -> Answer {
        var headers = [ClientRequest.Header(name: "Authorization", value: "Bearer \(key)")]
        if body != nil { headers.append(.init(name: "Content-Type", value: "application/json")) }
        let request = ClientRequest(
            method: method, url: baseURL + path, headers: headers, body: body.map { Array($0.text.utf8) } ?? [],
            timeoutMilliseconds: 30_000, maxBodyBytes: 16 * 1_024 * 1_024)
        let outcome = await OneRequest.send(request)
        switch outcome {
        case .response(let response):
            let body = response.body.isEmpty ? JSONValue.null : (try? JSONValue.parse(response.body)) ?? .null
            return Answer(status: response.status, body: body)
        case .failure(let failure, let detail, _):
            throw Refused("can't reach the admin API at \(baseURL): \(failure) (\(detail))")
        }
    }

    /// Sends a request that must succeed.
    func done(_ method: String, _ path: String, body: JSONValue? = nil) async throws -> JSONValue {
        let answer = try await send(method, path, body: body)
        guard (200..<300).contains(answer.status) else { throw Self.refusal(answer, path) }
        return answer.body
    }

    static func refusal(_ answer: Answer, _ path: String) -> Refused {
        var lines = [answer.body["message"]?.string ?? "the API answered \(answer.status) to \(path)"]
        for error in answer.body["errors"]?.array ?? [] {
            let field = error["field"]?.string ?? ""
            let message = error["message"]?.string ?? ""
            lines.append(
                FieldError(
                    field: field, code: error["code"]?.string.flatMap(FieldError.Code.init) ?? .invalid,
                    message: message, hint: error["hint"]?.string
                ).line)
        }
        return Refused(lines.joined(separator: "\n"))
    }

    /// A path's segment, escaped.
    static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_."))) ?? text
    }
}

extension JSONValue {
    subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// A cell of a table.
    var cell: String {
        switch self {
        case .null: "-"
        case .string(let text): text
        default: text
        }
    }
}

extension JobName: ExpressibleByArgument {
    /// `service/name`.
    public init?(argument: String) {
        self.init(text: argument)
        guard JobName.fault(in: service) == nil, JobName.fault(in: job) == nil else { return nil }
    }

    var path: String { "/services/\(APIClient.segment(service))/jobs/\(APIClient.segment(job))" }
}
