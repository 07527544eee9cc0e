import Foundation
import HTTPClient
import JSON
import JobCore
import Messaging
import Settings

/// A client of RabbitMQ's management API, with the calls that the topology needs.
struct ManagementAPI {
    private let baseURL: String
    private let authorization: String

    /// Reads a URL with user and password. Throws if a part of it is missing.
    init(parsing url: String) throws(SettingsError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
            let user = parts.user, let password = parts.password
        else { throw SettingsError("the URL has no scheme, host, user or password") }
        baseURL = "\(scheme)://\(host):\(parts.port ?? 15_672)"
        authorization = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// The client for `BELFRY_MANAGEMENT_URL`, or nil if that is not set. Throws ``SettingsError`` if the URL is
    /// incomplete.
    static func configured() throws(SettingsError) -> ManagementAPI? {
        try AllSettings.managementURL.parsed(ManagementAPI.init(parsing:)).optional
            .value(in: Settings(program: .belfry, flags: [:]))
    }

    /// Imports the definitions. Existing users keep their passwords.
    func apply(_ topology: Topology, virtualHost: String) async throws {
        guard case .object(var definitions) = topology.definitions(virtualHost: virtualHost) else { return }
        let existing = try await get("/api/users")
        let names = Set((existing.array ?? []).compactMap { $0["name"]?.string })
        definitions["users"] = .array(
            (definitions["users"]?.array ?? []).filter { user in !names.contains(user["name"]?.string ?? "") })
        _ = try await send("POST", "/api/definitions", body: .object(definitions))
    }

    /// Returns the policies, bindings, permissions and topic permissions that are missing or different, one sentence
    /// each.
    func faults(_ topology: Topology, virtualHost: String) async throws -> [String] {
        topology.faults(inDefinitions: try await get("/api/definitions"), virtualHost: virtualHost)
    }

    private func get(_ path: String) async throws -> JSONValue {
        try await send("GET", path)
    }

    private func send(_ method: String, _ path: String, body: JSONValue? = nil) async throws -> JSONValue {
        let headers = [
            ClientRequest.Header(name: "Authorization", value: authorization),
            ClientRequest.Header(name: "Content-Type", value: "application/json"),
        ]
        let outcome = await OneRequest.send(
            ClientRequest(
                method: method, url: baseURL + path, headers: headers, body: body.map { Array($0.text.utf8) } ?? [],
                timeoutMilliseconds: 30_000, responseBodyBytesMax: 16 * 1_024 * 1_024))
        switch outcome {
        case .response(let response) where (200..<300).contains(response.status):
            return response.body.isEmpty ? .null : (try? JSONValue(parsing: response.body, limits: .trusted)) ?? .null
        case .response(let response):
            let text = String(decoding: response.body.prefix(512), as: UTF8.self)
            throw Refused("the management API answered with status \(response.status): \(text)")
        case .failure(let failure, let detail, _):
            throw Refused("no answer from the management API: \(failure) (\(detail))")
        }
    }
}
