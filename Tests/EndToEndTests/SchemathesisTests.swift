import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: the real programs answer as their documents say, whatever they are sent.
    ///
    /// Schemathesis puts jobs of any name, so it has an installation of its own.
    @Suite struct SchemathesisTests {
        private static let checks = [
            "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
            "response_headers_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance",
            "ignored_auth",
        ]

        /// A body that is too large is refused, too.
        private static let refusals = """
            [checks.negative_data_rejection]
            expected-statuses = ["400", "401", "403", "404", "413", "415", "422"]

            """

        @Test func `Schemathesis finds no answer that is not as the documents have it`() async throws {
            try await Installation.with("schemathesis", environment: [:]) { belfry in
                let service = try await LedgerService.start()
                let api = try #require(belfry.settings["BELFRY_API_URL"])
                let callbacks = try #require(belfry.settings["BELFRY_CALLBACK_URL"])
                try await belfry.put(
                    "seeded", ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
                let path = "/services/test/jobs/seeded/run"
                #expect(try await belfry.api("POST", path).status == 202)
                let webhook = try #require(try await service.webhooks(of: "seeded").first)
                try await Self.expectDescribed(webhook, "\(callbacks)/openapi.json", belfry)

                let token = try #require(webhook.body["callback_url"]?.string?.split(separator: "/").last)
                let open = """
                    [[operations]]
                    include-operation-id = "sendCallback"
                    parameters = { "path.token" = "\(token)" }
                    """
                try await Self.expectNoFinding("\(callbacks)/openapi.json", belfry, settings: open)
                // Another one, since a callback may have ended the first.
                let id = try #require(try await belfry.api("POST", path).body["execution_id"]?.string)
                let spare = JSONValue.object(["name": .string("spare"), "scope": .string("read")])
                #expect(try await belfry.api("POST", "/keys", spare).status == 201)
                try await Self.expectNoFinding(
                    "\(api)/openapi.json", belfry, settings: Self.known(id), key: belfry.settings["BELFRY_API_KEY"])
            }
        }

        /// What exists is asked for by its name: a random one is not found. The only key that is revoked is one that
        /// nobody needs, and what is resumed was paused.
        private static func known(_ execution: String) -> String {
            """
            [[operations]]
            include-operation-id = ["getExecution", "cancelExecution", "retryExecution"]
            parameters = { "path.id" = "\(execution)" }
            [[operations]]
            include-operation-id = ["runJob", "getJob", "pauseJob", "resumeJob", "listJobExecutions", \
            "searchJobExecutions"]
            parameters = { "path.service" = "test", "path.job" = "seeded" }
            [[operations]]
            include-operation-id = ["pauseService", "resumeService", "listServiceJobs", "searchServiceJobs"]
            parameters = { "path.service" = "test" }
            [[operations]]
            include-operation-id = "revokeKey"
            parameters = { "path.name" = "spare" }
            """
        }

        /// Checks a webhook with its schema.
        private static func expectDescribed(
            _ webhook: LedgerService.Webhook, _ url: String, _ belfry: Installation
        ) async throws {
            let document = try await belfry.http("GET", url, body: nil, headers: [:]).text
            let headers = webhook.headers.map { ($0.key.lowercased(), JSONValue.string($0.value)) }
            let line = JSONValue.object([
                "webhook": .string("invocation"), "body": .string(webhook.body.text),
                "headers": .object(Dictionary(headers) { $1 }),
            ])
            #expect(try await DescribedAnswers.check(document: document, answers: [line.text]).faults == [])
        }

        /// Checks a document with a validator of OpenAPI, and then the program with requests that are made of it, most
        /// of them wrong. The seed is fixed, so that a change is judged by the same requests.
        private static func expectNoFinding(
            _ url: String, _ belfry: Installation, settings: String, key: String? = nil
        ) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (paper, file) = (folder.appending(path: "openapi.json"), folder.appending(path: "schemathesis.toml"))
            try await belfry.http("GET", url, body: nil, headers: [:]).text
                .write(to: paper, atomically: true, encoding: .utf8)
            try (refusals + settings).write(to: file, atomically: true, encoding: .utf8)
            let python = try await Program.script("python", ["openapi"]).trimmingCharacters(in: .whitespacesAndNewlines)
            let valid = try await Program.run(python, ["-m", "openapi_spec_validator", "--schema", "3.1", paper.path])
            #expect(valid.status == 0, "\(valid.output) \(valid.errors)")
            let tool = python.dropLast("python".count) + "schemathesis"
            let header = key.map { ["--header", "Authorization: Bearer \($0)"] } ?? []
            let finished = try await Program.run(
                "/usr/bin/timeout",
                ["240", "\(tool)", "--config-file", file.path, "run", url] + header + [
                    "--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1", "--workers", "1",
                    "--checks", checks.joined(separator: ","), "--warnings", "off", "--no-color",
                ])
            #expect(finished.status == 0, "\(finished.output.suffix(20_000)) \(finished.errors.suffix(4_000))")
        }
    }
}
