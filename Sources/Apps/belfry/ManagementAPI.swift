import ArgumentParser
import Foundation
import JobCore
import Messaging
import HTTPClient

struct ManagementOptions: ParsableArguments {
    @Option(help: "RabbitMQ's management API, http://user:password@host:15672. [BELFRY_MANAGEMENT_URL]")
    var managementUrl: String?

    func api() throws -> ManagementAPI? {
        guard let text = managementUrl ?? ProcessInfo.processInfo.environment["BELFRY_MANAGEMENT_URL"] else {
            return nil
        }
        guard let api = ManagementAPI(url: text) else {
            throw ValidationError("--management-url takes http://user:password@host:port")
        }
        return api
    }
}

/// The part of RabbitMQ's management API that the topology needs.
struct ManagementAPI {
    private let baseURL: String
    private let authorization: String

    init?(url: String) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
            let user = parts.user, let password = parts.password
        else { return nil }
        baseURL = "\(scheme)://\(host):\(parts.port ?? 15_672)"
        authorization = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// Imports the definitions; users that exist keep their passwords.
    func apply(_ topology: Topology, virtualHost: String) async throws {
        guard case .object(var definitions) = topology.definitions(virtualHost: virtualHost) else { return }
        let existing = try await get("/api/users")
        let names = Set((existing.array ?? []).compactMap { $0["name"]?.string })
        definitions["users"] = .array(
            (definitions["users"]?.array ?? []).filter { user in !names.contains(user["name"]?.string ?? "") })
        _ = try await send("POST", "/api/definitions", body: .object(definitions))
    }

    /// Policies and bindings that are missing or different.
    func faults(_ topology: Topology, virtualHost: String) async throws -> [String] {
        let present = try await get("/api/definitions")
        let wanted = topology.definitions(virtualHost: virtualHost)
        var faults: [String] = []
        for policy in wanted["policies"]?.array ?? [] {
            let name = policy["name"]?.string ?? ""
            let same = (present["policies"]?.array ?? []).first { item in
                item["name"] == policy["name"] && item["vhost"] == policy["vhost"]
            }
            if same == nil {
                faults.append("policy \(name) is missing")
            } else if same?["definition"] != policy["definition"] || same?["pattern"] != policy["pattern"] {
                faults.append("policy \(name) differs")
            }
        }
        for binding in wanted["bindings"]?.array ?? [] {
            let isThere = (present["bindings"]?.array ?? []).contains { item in
                ["vhost", "source", "destination", "routing_key"].allSatisfy { item[$0] == binding[$0] }
            }
            if !isThere {
                faults.append(
                    "binding of \(binding["destination"]?.string ?? "") to \(binding["routing_key"]?.string ?? "") is missing"
                )
            }
        }
        for permission in wanted["permissions"]?.array ?? []
        where !(present["permissions"]?.array ?? []).contains(permission) {
            faults.append("the permissions of user \(permission["user"]?.string ?? "") differ or are missing")
        }
        return faults
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
                timeoutMilliseconds: 30_000, maxBodyBytes: 16 * 1_024 * 1_024))
        switch outcome {
        case .response(let response) where (200..<300).contains(response.status):
            return response.body.isEmpty ? .null : (try? JSONValue.parse(response.body)) ?? .null
        case .response(let response):
            throw Refused(
                "the management API answered \(response.status): \(String(decoding: response.body.prefix(512), as: UTF8.self))"
            )
        case .failure(let failure, let detail, _):
            throw Refused("can't reach the management API: \(failure) (\(detail))")
        }
    }
}
