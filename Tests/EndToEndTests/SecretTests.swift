import Foundation
import JSON
import JobCore
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: no secret is in a log, at whatever level, and no callback token is on record.
    @Suite struct SecretTests {
        private static let headerSecret = "Bearer header-secret-5f1b"
        private static let payloadSecret = "payload-secret-5f1b"

        @Test func `no log has a secret after runs that succeed, fail and are wrong in every way`() async throws {
            let belfry = try await Installation.start("secrets", environment: ["BELFRY_LOG_LEVEL": "trace"])
            let service = try await LedgerService.start()
            let runs = try await Self.runJobs(belfry, service)
            let urls = service.webhooks.compactMap { $0.body["callback_url"]?.string }
            // The last run is open.
            let (first, last) = (try #require(urls.first), try #require(urls.last))
            try await Self.callWrongly(belfry, first)
            // Each of these has programs report what they have at hand.
            try await belfry.broker("kill")
            _ = try await until("a callback is refused") {
                let answer = try await belfry.http("POST", last, body: #"{"status":"processing"}"#, headers: [:])
                return answer.status == 503 ? true : nil
            }
            kill(belfry.pid("courierd.1"), SIGSEGV)
            try await belfry.broker("start")
            try await belfry.untilEnded("courierd.1")
            try await belfry.startProgram("courierd.1")
            try await belfry.untilReady("courierd.1")
            let records = try await Self.records(belfry, runs)
            try await belfry.stop()

            let secrets = try await Self.secrets(belfry, urls)
            let logs = try Self.logs(belfry)
            #expect(logs.count >= 7 && logs.values.contains { $0.contains("no attempt follows") })
            for (secret, value) in secrets {
                try #require(value.utf8.count > 8, "\(secret)")
                for (path, text) in logs { #expect(!text.contains(value), "\(secret) is in \(path)") }
            }
            #expect(records.contains { $0.contains("/***") }, "what a service echoes is on record")
            #expect(records.allSatisfy { !$0.contains(Self.headerSecret) })
            for url in urls {
                let token = Self.mac(of: url)
                #expect(records.allSatisfy { !$0.contains(token) })
            }
        }

        /// Runs jobs whose services succeed, fail, and echo the whole request. Returns the executions.
        private static func runJobs(_ belfry: Installation, _ service: LedgerService) async throws -> [String] {
            var runs: [String] = []
            for path in ["succeed", "fail", "echo/404", "echo/500", "echo/200"] {
                let job = path.replacing("/", with: "-")
                try await belfry.put(
                    job,
                    [
                        "invocation_target": .string("\(service.url)/\(path)"), "schedule": EndToEnd.never,
                        "headers": .object(["Authorization": .string(headerSecret)]),
                        "payload": .string(payloadSecret), "retry": .object(["max_attempts": .integer(1)]),
                    ])
                let answer = try await belfry.api("POST", "/services/test/jobs/\(job)/run")
                runs.append(try #require(answer.body["execution_id"]?.string))
                _ = try await service.webhooks(of: job)
            }
            for id in runs.dropLast() {
                _ = try await until("execution \(id) has ended") {
                    let status = try await belfry.api("GET", "/executions/\(id)").body["status"]?.string
                    return status == "success" || status == "fail" ? true : nil
                }
            }
            return runs
        }

        /// Sends what is wrong with secrets in it to every entrance.
        private static func callWrongly(_ belfry: Installation, _ url: String) async throws {
            let api = belfry.settings["BELFRY_API_URL", default: ""]
            let key = belfry.settings["BELFRY_API_KEY", default: ""]
            let token = String(url.split(separator: "/").last ?? "")
            for (method, url, body, headers) in [
                ("POST", url, "{", [:]), ("POST", url + "A", "{}", [:]), ("GET", url, nil, [:]),
                ("POST", url, #"{"status":"success"}"#, ["Content-Type": "text/plain"]),
                ("POST", "\(api)/callback/\(token)", "{}", [:]),
                ("GET", "\(api)/callback/\(token)", nil, ["Authorization": "Bearer \(key)"]),
                ("GET", "\(api)/jobs", nil, ["Authorization": "Bearer \(key)x"]),
                ("GET", "\(api)/jobs?key=\(key)", nil, ["Authorization": "Basic \(key)"]),
                (
                    "PUT", "\(api)/services/test/jobs/wrong",
                    #"{"headers":{"Host":"\#(headerSecret)"},"payload":["\#(payloadSecret)"]}"#,
                    ["Authorization": "Bearer \(key)"]
                ),
            ] as [(String, String, String?, [String: String])] {
                let answer = try await belfry.http(method, url, body: body, headers: headers)
                #expect(answer.status >= 400, "\(method) \(url)")
            }
            try await EndToEnd.withOperator(belfry) { broker in
                try await broker.publish([
                    OutboundMessage(
                        exchange: .callbacks, routingKey: token, headers: [Header.token: token], id: token,
                        body: Array("{".utf8)),
                    OutboundMessage(
                        exchange: .callbacks, routingKey: "x", headers: [Header.token: token + "A"],
                        body: Array("{}".utf8)),
                ])
            }
            _ = try await until("the wrong callbacks are dead letters") {
                let log = try belfry.log("ingesterd.1")
                return log.contains("reason=unreadable") && log.contains("reason=forbidden") ? true : nil
            }
        }

        private static func records(_ belfry: Installation, _ runs: [String]) async throws -> [String] {
            var records: [String] = []
            for id in runs { records.append(try await belfry.api("GET", "/executions/\(id)").body.text) }
            return records
        }

        /// Every secret in use, with its name.
        private static func secrets(_ belfry: Installation, _ urls: [String]) async throws -> [(String, String)] {
            let keys = belfry.settings["BELFRY_SIGNING_KEYS", default: ""]
            let webhookSecret = try await belfry.belfry(["secrets", "show", "test"])
            let passwords = try String(contentsOfFile: "\(belfry.home)/passwords", encoding: .utf8)
                .split(separator: "\n").map { line -> (String, String) in
                    let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                    return ("the password of \(parts[0])", parts[1])
                }
            return [
                ("the API key", belfry.settings["BELFRY_API_KEY", default: ""]),
                ("the signing key", String(keys.split(separator: ":").last ?? "")),
                ("the webhook secret", webhookSecret.output.trimmingCharacters(in: .whitespacesAndNewlines)),
                ("a header of a job", headerSecret), ("a payload", payloadSecret),
            ] + passwords + urls.map { ("a callback token", mac(of: $0)) }
        }

        /// The part of a token that nobody can guess.
        private static func mac(of url: String) -> String { String(url.split(separator: ".").last ?? "") }

        /// The logs of the programs and of the broker, by path.
        private static func logs(_ belfry: Installation) throws -> [String: String] {
            var logs: [String: String] = [:]
            for folder in ["logs", "broker/log"] {
                for name in try FileManager.default.contentsOfDirectory(atPath: "\(belfry.home)/\(folder)") {
                    let data = FileManager.default.contents(atPath: "\(belfry.home)/\(folder)/\(name)")
                    logs["\(folder)/\(name)"] = String(decoding: data ?? Data(), as: UTF8.self)
                }
            }
            return logs
        }
    }
}
