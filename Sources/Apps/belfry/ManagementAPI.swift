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

    /// A path below `/api/`. Names may have any characters.
    static func path(_ names: String...) -> String {
        let plain = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return "/api/"
            + names.map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }.joined(separator: "/")
    }

    func get(_ path: String) async throws -> JSONValue {
        try await send("GET", path)
    }

    /// Sends a request, and returns the answer's JSON. `absentIsFine`: an answer that there is no such thing is no
    /// mistake.
    func send(
        _ method: String, _ path: String, body: JSONValue? = nil, absentIsFine: Bool = false
    ) async throws -> JSONValue {
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
        case .response(let response) where absentIsFine && response.status == 404: return .null
        case .response(let response):
            let text = String(decoding: response.body.prefix(512), as: UTF8.self)
            let advice = [401, 403].contains(response.status) ? ". Its user needs the tag administrator" : ""
            throw Refused(
                "the management API answered \(method) \(path) with status \(response.status): \(text)\(advice)")
        case .failure(let failure, let detail, _):
            throw Refused("no answer from the management API: \(failure) (\(detail))")
        }
    }
}
