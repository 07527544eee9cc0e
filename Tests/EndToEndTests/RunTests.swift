import Foundation
import JSON
import JobCore
import Signing
import TestServers
import Testing

extension EndToEnd {
    /// Executions from the schedule to each possible end.
    @Suite struct RunTests {
        @Test func `a job on rate(2 seconds) is invoked, its callbacks are recorded, and its timeline shows them`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed?heartbeats=2&every_ms=300"),
                "schedule": .string("rate(2 seconds)"), "payload": .string("{\"a\": 1}"),
            ]
            let put = try await belfry.put("steady", fields)
            #expect(put.status == 201 && put.body["next_occurrence"]?.string != nil)
            let webhooks = try await service.webhooks(of: "steady", count: 2)
            try await belfry.pause("steady", fields)
            let webhook = try #require(webhooks.first)
            try expectPredecessorsBody(webhook)
            try expectSignature(webhook, belfry)

            let record = try await EndToEnd.ended(webhook.executionID)
            #expect(record["status"]?.string == "success" && record["summary"]?.string == "done")
            #expect(record["correlation_id"]?.string == "c-1")
            let events = (record["timeline"]?.array ?? []).compactMap { $0["event"]?.string }
            #expect(events.first == "created" && events.last == "success")
            #expect(events.contains("attempt") && events.contains("first heartbeat"))
            let attempt = (record["timeline"]?.array ?? []).first { $0["event"]?.string == "attempt" }
            #expect(attempt?["status_code"]?.integer == 200 && attempt?["latency_ms"]?.integer != nil)

            let times = webhooks.compactMap { $0.body["scheduled_time_ms"]?.integer }
            #expect(times.allSatisfy { $0 % 2_000 == 0 } && times[1] - times[0] == 2_000)
            #expect(try await belfry.executions(of: "steady").count >= 2)
        }

        private func expectPredecessorsBody(_ webhook: LedgerService.Webhook) throws {
            guard case .object(let fields) = webhook.body else {
                throw TestFailure("the webhook's body is not an object")
            }
            #expect(fields["payload"]?.string == "{\"a\": 1}" && fields["service_name"]?.string == "test")
            #expect(fields["schedule"]?.string == "rate(2 seconds)" && fields["ttl_seconds"]?.integer == 60)
            #expect(fields["heartbeat_interval_seconds"]?.integer == 30 && fields["attempt"]?.integer == 1)
            #expect(try #require(fields["invocation_latency_ms"]?.integer) < 60_000)
            #expect(fields["invocation_latency_pct"] != nil && fields["scheduled_time"]?.string?.hasSuffix("Z") == true)
            #expect(fields["callback_url"]?.string?.contains("/callback/v1.") == true)
        }

        private func expectSignature(_ webhook: LedgerService.Webhook, _ belfry: Installation) throws {
            let keys = try SigningKeys(parsing: belfry.settings["BELFRY_SIGNING_KEYS"] ?? "")
            let secret = WebhookSecret.derived(service: "test", keys: keys)[0]
            let seconds = try #require(webhook.headers["webhook-timestamp"].flatMap { Int64($0) })
            let expected = WebhookSignature(secrets: [secret])
                .header(id: webhook.executionID, timestampSeconds: seconds, body: webhook.bytes)
            #expect(webhook.headers["webhook-id"] == webhook.executionID)
            #expect(webhook.headers["webhook-signature"] == expected)
        }

        @Test func `a failure that the service reports is recorded with its error`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "failing", ["invocation_target": .string("\(service.url)/fail"), "schedule": EndToEnd.never])
            let record = try await EndToEnd.ended(try await EndToEnd.run("failing"))
            #expect(record["status"]?.string == "fail" && record["reason"]?.string == "reported")
            #expect(record["error"]?.string == "{\"code\":7}" && record["summary"]?.string == "went wrong")
        }

        @Test func `an execution whose webhook is refused fails at once, with the status of the answer`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "refused", ["invocation_target": .string("\(service.url)/status/404"), "schedule": EndToEnd.never])
            let record = try await EndToEnd.ended(try await EndToEnd.run("refused"))
            #expect(record["reason"]?.string == "invocation")
            let attempts = (record["timeline"]?.array ?? []).filter { $0["event"]?.string == "attempt" }
            #expect(attempts.count == 1 && attempts.first?["status_code"]?.integer == 404)
        }

        @Test func `a webhook answered with 503 is tried again through the retry ladder, with the same webhook-id`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "recovering", ["invocation_target": .string("\(service.url)/recover"), "schedule": EndToEnd.never])
            let record = try await EndToEnd.ended(try await EndToEnd.run("recovering"))
            #expect(record["status"]?.string == "success")
            let attempts = (record["timeline"]?.array ?? []).filter { $0["event"]?.string == "attempt" }
            #expect(attempts.compactMap { $0["status_code"]?.integer } == [503, 200])
            let waits = (record["timeline"]?.array ?? []).filter { $0["event"]?.string == "deferred" }
            #expect(waits.compactMap { $0["attempt"]?.integer } == [2] && waits.first?["until"]?.string != nil)
            let webhooks = try await service.webhooks(of: "recovering", count: 2)
            #expect(webhooks.compactMap { $0.body["attempt"]?.integer } == [1, 2])
            #expect(Set(webhooks.map { $0.headers["webhook-id"] }).count == 1)
        }

        @Test func `an execution without a callback fails at the end of its ttl`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "silent",
                [
                    "invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never,
                    // Two intervals are the least that a run gets in an installation that was just started.
                    "ttl_seconds": .integer(2), "heartbeat_interval_seconds": .integer(5),
                ])
            let record = try await EndToEnd.ended(try await EndToEnd.run("silent"))
            #expect(record["status"]?.string == "fail" && record["reason"]?.string == "ttl")
            #expect((record["timeline"]?.array ?? []).contains { $0["status_code"]?.integer == 200 })
        }

        @Test func `an execution without heartbeats fails long before the end of its ttl`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "fading",
                [
                    "invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never,
                    "ttl_seconds": .integer(3_600), "heartbeat_interval_seconds": .integer(1),
                ])
            let record = try await EndToEnd.ended(try await EndToEnd.run("fading"))
            #expect(record["reason"]?.string == "heartbeat")
        }

        @Test func `executions of an exclusive job never overlap, and locked occurrences are recorded`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed?every_ms=2500"), "exclusive": .bool(true),
                "schedule": .string("rate(1 second)"),
            ]
            try await belfry.put("alone", fields)
            let webhooks = try await service.webhooks(of: "alone", count: 3)
            try await belfry.pause("alone", fields)
            for webhook in webhooks { _ = try await EndToEnd.ended(webhook.executionID) }
            let all = try await belfry.executions(of: "alone")
            let locked = all.filter { $0["reason"]?.string == "locked" }
            #expect(!locked.isEmpty && locked.allSatisfy { $0["service_invoked_at_ms"] == .null })
            let runs = all.compactMap { item -> (Int64, Int64)? in
                guard let begin = item["service_invoked_at_ms"]?.integer, let end = item["finished_at_ms"]?.integer
                else { return nil }
                return (begin, end)
            }.sorted { $0.0 < $1.0 }
            #expect(runs.count >= 3 && zip(runs, runs.dropFirst()).allSatisfy { $0.1 <= $1.0 })
            // Each webhook contains the last success and its state.
            #expect(webhooks[0].body["last_successful_execution"] == .object([:]))
            let last = webhooks[1].body["last_successful_execution"]
            #expect(last?["name"]?.string == webhooks[0].executionID && last?["status"]?.string == "success")
            #expect(last?["state"]?.string == "state of \(webhooks[0].executionID)")
        }

        @Test func `a paused job runs only on request, with the payload of the request`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "paused",
                [
                    "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
                    "enabled": .bool(false), "payload": .string("usual"),
                ])
            // Another job on the same schedule shows that there were occurrences.
            let sibling: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
            ]
            try await belfry.put("not-paused", sibling)
            let id = try await EndToEnd.run("paused", payload: "special")
            _ = try await EndToEnd.ended(id)
            _ = try await service.webhooks(of: "not-paused", count: 3)
            try await belfry.pause("not-paused", sibling)
            let webhooks = try await service.webhooks(of: "paused")
            #expect(webhooks.map(\.executionID) == [id] && webhooks.first?.body["payload"]?.string == "special")
            #expect(try await belfry.executions(of: "paused").count == 1)
        }

        @Test func `a cancelled execution has ended, and its late callback is answered with 410`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "cancelled",
                ["invocation_target": .string("\(service.url)/succeed?every_ms=3000"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run("cancelled")
            _ = try await service.webhooks(of: "cancelled")
            #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 202)
            #expect(try await EndToEnd.ended(id)["reason"]?.string == "cancelled")
            let late = try await until("the late callback is answered") { service.finished[id]?.answer }
            #expect(late == 410)
            #expect(try await EndToEnd.ended(id)["reason"]?.string == "cancelled")
            #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 409)
        }

        @Test func `a standby ticker takes over when the active one is killed, and no occurrence is missed`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
            ]
            try await belfry.put("ticking", fields)
            _ = try await service.webhooks(of: "ticking", count: 2)
            belfry.killProgram("tickerd.1")
            _ = try await service.webhooks(of: "ticking", count: 4)
            try await belfry.startProgram("tickerd.1")
            belfry.killProgram("tickerd.2")
            _ = try await service.webhooks(of: "ticking", count: 7)
            try await belfry.startProgram("tickerd.2")
            try await belfry.pause("ticking", fields)
            let times = try await belfry.executions(of: "ticking").compactMap { $0["scheduled_time_ms"]?.integer }
                .sorted()
            #expect(
                zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000 },
                "the occurrences have a gap or a duplicate: \(times)")
        }
    }
}
