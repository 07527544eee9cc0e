import Foundation
import HTTPClient
import JSON
import JobCore
import Messaging
import Settings

/// A client of RabbitMQ's management API, with the calls that the topology needs.
struct ManagementAPI {
    /// Without user and password.
    let baseURL: String
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
    static func configured(
        _ settings: Settings = Settings(program: .belfry, flags: [:])
    ) throws(SettingsError) -> ManagementAPI? {
        try AllSettings.managementURL.parsed(ManagementAPI.init(parsing:)).optional.value(in: settings)
    }

    /// A path below `/api/`. Names may have any characters.
    static func path(_ names: String...) -> String { path(names) }

    static func path(_ names: [String]) -> String {
        let plain = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return "/api/"
            + names.map { $0.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }.joined(separator: "/")
    }

    func get(_ path: String) async throws -> JSONValue {
        try await send("GET", path)
    }

    /// A list of objects. Throws if the answer is anything else: an empty list would mean that the broker has nothing.
    func list(_ path: String) async throws -> [JSONValue] {
        guard let list = try await get(path).array else {
            throw Refused("the management API answered GET \(path) with something that is no list")
        }
        return list
    }

    /// The names of all users of the broker.
    func userNames() async throws -> Set<String> {
        Set(try await list(Self.path("users")).compactMap { $0["name"]?.string })
    }

    /// Removes something; what is not there is no mistake.
    func remove(_ names: String...) async throws {
        _ = try await send("DELETE", Self.path(names), absentIsFine: true)
    }

    private static let answerBytesMax = 16 * 1_024 * 1_024

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
                timeoutMilliseconds: 30_000, responseBodyBytesMax: Self.answerBytesMax))
        switch outcome {
        case .response(let response) where (200..<300).contains(response.status):
            if response.body.isEmpty { return .null }
            // The client cuts a body at its limit.
            guard response.body.count < Self.answerBytesMax,
                let value = try? JSONValue(parsing: response.body, limits: .trusted)
            else {
                throw Refused(
                    "the management API answered \(method) \(path) with \(response.body.count) bytes that are not "
                        + "readable: it must be JSON of less than \(Self.answerBytesMax) bytes. Is "
                        + "BELFRY_MANAGEMENT_URL RabbitMQ's management API?")
            }
            return value
        case .response(let response) where absentIsFine && response.status == 404: return .null
        case .response(let response):
            let text = String(decoding: response.body.prefix(512), as: UTF8.self)
            let advice = [401, 403].contains(response.status) ? ". Its user needs the tag administrator" : ""
            throw Refused(
                "the management API answered \(method) \(path) with status \(response.status): \(text)\(advice)")
        case .failure(let failure, let detail, _):
            throw Refused(lines: [
                "no answer from the management API at \(baseURL): \(failure) (\(detail))",
                "  next: check whether RabbitMQ runs with its plugin rabbitmq_management there, or correct "
                    + "BELFRY_MANAGEMENT_URL",
            ])
        }
    }
}
