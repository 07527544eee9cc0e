import HTTPClient
public import JSON

extension Installation {
    /// Sends a request to the admin API.
    public func api(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        let answer = try await http(
            method, settings["BELFRY_API_URL", default: ""] + path, body: body?.text,
            headers: ["Authorization": "Bearer \(settings["BELFRY_API_KEY", default: ""])"])
        return Answer(
            status: answer.status, body: (try? JSONValue(parsing: Array(answer.text.utf8), limits: .trusted)) ?? .null)
    }

    /// Sends any request. The status is 0 if there was no answer.
    public func http(
        _ method: String, _ url: String, body: String?, headers: [String: String]
    ) async throws -> (status: Int, text: String) {
        var all = headers.map { ClientRequest.Header(name: $0.key, value: $0.value) }
        if body != nil, headers["Content-Type"] == nil {
            all.append(ClientRequest.Header(name: "Content-Type", value: "application/json"))
        }
        let request = ClientRequest(
            method: method, url: url, headers: all, body: Array((body ?? "").utf8), timeoutMilliseconds: 40_000,
            responseBodyBytesMax: 8 * 1_024 * 1_024)
        switch await web.send(request) {
        case .response(let response): return (response.status, String(decoding: response.body, as: UTF8.self))
        case .failure: return (0, "")
        }
    }

    /// Registers a job of the service `test`, with defaults for the required fields.
    @discardableResult
    public func put(_ job: String, _ fields: [String: JSONValue]) async throws -> Answer {
        let defaults: [String: JSONValue] = [
            "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false), "invocation_type": .string("http"),
            "ttl_seconds": .integer(60),
        ]
        return try await api("PUT", "/services/test/jobs/\(job)", .object(defaults.merging(fields) { $1 }))
    }

    /// Registers a job again as paused.
    public func pause(_ job: String, _ fields: [String: JSONValue]) async throws {
        try await put(job, fields.merging(["enabled": .bool(false)]) { $1 })
    }

    /// Lists all executions of a job of the service `test`.
    public func executions(of job: String) async throws -> [JSONValue] {
        var executions: [JSONValue] = []
        var more = ""
        repeat {
            let page = try await api("GET", "/services/test/jobs/\(job)/executions?limit=100\(more)").body
            executions += page["results"]?.array ?? []
            more = page["paging"]?["more"]?.string.map { "&more=\($0)" } ?? ""
        } while !more.isEmpty
        return executions
    }
}
