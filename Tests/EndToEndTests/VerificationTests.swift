import JSON
import TestServers
import Testing

extension EndToEnd {
    /// `PUT …?verify=true` on the real programs.
    @Suite struct VerificationTests {
        private static func document(_ target: String) -> JSONValue {
            .object([
                "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(true),
                "invocation_type": .string("http"), "ttl_seconds": .integer(60), "schedule": EndToEnd.never,
                "invocation_target": .string(target), "timeout_seconds": .integer(5), "payload": .string("sample"),
            ])
        }

        private func put(_ job: String, _ target: String) async throws -> Installation.Answer {
            try await EndToEnd.installation().api(
                "PUT", "/services/test/jobs/\(job)?verify=true", Self.document(target))
        }

        @Test func `a job is stored after its target has accepted a webhook that says it is a test`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let answer = try await put("tried", "\(service.url)/succeed")
            #expect(answer.status == 201 && answer.body["job_name"]?.string == "tried", "\(answer.body)")
            let webhook = try #require(try await service.webhooks(of: "tried").first)
            #expect(webhook.body["test"] == .bool(true) && webhook.body["payload"]?.string == "sample")
            let record = try await EndToEnd.ended(webhook.executionID)
            #expect(record["status"]?.string == "success" && record["trigger"]?.string == "test")
            let late = try await until("the callback of the test is answered") {
                service.finished[webhook.executionID]?.answer
            }
            #expect(late == 410)
            let id = try await EndToEnd.run("tried")
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
            let run = try #require(service.webhooks.first { $0.executionID == id })
            #expect(run.body["test"] == nil && run.body["last_successful_execution"] == .object([:]))
            #expect(try await belfry.executions(of: "tried").count == 2)
        }

        @Test func `a job is not stored if its target refuses the test or can't be reached`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let targets = [
                ("\(service.url)/status/500", "status 500"), ("\(service.url)/status/404", "status 404"),
                ("http://127.0.0.1:1/", ""), ("http://169.254.169.254/latest", ""),
            ]
            for (number, (target, text)) in targets.enumerated() {
                let answer = try await put("untried-\(number)", target)
                #expect(answer.status == 422, "\(target): \(answer.body)")
                let error = answer.body["errors"]?.array?.first
                #expect(error?["code"]?.string == "not_accepted" && error?["field"]?.string == "/invocation_target")
                #expect(error?["message"]?.string?.hasPrefix("did not accept the test delivery: \(text)") == true)
                let id = try #require(answer.body["execution_id"]?.string)
                let record = try await EndToEnd.ended(id)
                #expect(record["reason"]?.string == "invocation" && record["trigger"]?.string == "test")
                let attempts = (record["timeline"]?.array ?? []).filter { $0["event"]?.string == "attempt" }
                #expect(attempts.count == 1)
                #expect(try await belfry.api("GET", "/services/test/jobs/untried-\(number)").status == 404)
            }
        }

        @Test func `a job on record stays as it is if another target refuses the test`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let path = "/services/test/jobs/kept"
            #expect(try await belfry.api("PUT", path, Self.document("\(service.url)/succeed")).status == 201)
            let before = try await belfry.api("GET", path).body
            #expect(try await put("kept", "\(service.url)/status/404").status == 422)
            #expect(try await belfry.api("GET", path).body == before)
        }
    }
}
