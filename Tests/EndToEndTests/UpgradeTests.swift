import Foundation
import JSON
import Messaging
import TestServers
import Testing
import Upgrades

/// Guarantee: an upgrade loses nothing of what the version before has in the store and in the queues.
@Suite(.serialized, .timeLimit(.minutes(4))) struct UpgradeTests {
    private static let success = #"{"status":"success","summary":"after the upgrade","state":"8"}"#

    @Test(arguments: Fixture.all)
    func `everything that an earlier version left in the store and in the queues ends as it should`(
        fixture: Fixture
    ) async throws {
        let earlier = try await EarlierInstallation.start(fixture)
        do {
            try await expectCallbacksAccepted(earlier)
            try await expectEnds(earlier)
            try await expectDueEventsHandled(earlier)
            try await expectWebhooksOnce(earlier)
            try await expectSecretsAndKeys(earlier)
            try await expectHistory(earlier)
            try await expectDeadLetters(earlier)
            try await expectMessages(earlier)
        } catch {
            try? await earlier.belfry.stop()
            throw error
        }
        try await earlier.belfry.stop()
    }

    /// The services report about runs that began before.
    private func expectCallbacksAccepted(_ earlier: EarlierInstallation) async throws {
        let running = try ["running", "accepted", "slow"].map(earlier.id) + [opened(earlier)]
        for id in running {
            #expect(try await earlier.callBack(id, Self.success) == 202)
            #expect(try await earlier.end(of: id) == "success")
            #expect(try await earlier.execution(id)["summary"]?.string == "after the upgrade")
        }
        let accepted = try await earlier.execution(try earlier.id("accepted"))
        #expect(accepted["progress"]?.integer == 10 && accepted["service_invoked_at_ms"]?.integer != nil)
        #expect(try await earlier.callBack(try earlier.id("running"), Self.success) == 410)
    }

    /// The run of `late/buffered` that another one waits for.
    private func opened(_ earlier: EarlierInstallation) throws -> String {
        try #require(earlier.facts["opened"]?.array?.first?.string)
    }

    private func expectEnds(_ earlier: EarlierInstallation) async throws {
        let orders = try await EndToEnd.QueueWorker.start("orders", in: earlier.belfry)
        defer { orders.stop() }
        let order = try #require(try await orders.take(1).first)
        #expect(order.id == (try earlier.id("by-queue")))
        let url = try #require(earlier.belfry.settings["BELFRY_CALLBACK_URL"])
        let token = try #require(order.headers[Header.token])
        let answer = try await earlier.belfry.http("POST", "\(url)/callback/\(token)", body: Self.success, headers: [:])
        #expect(answer.status == 202)
        let ends = [
            "by-message": "success", "by-queue": "success", "requested": "success", "shop": "success",
            "lost": "success", "slow-too": "success", "slow-three": "success", "asked": "success",
            "cancelled": "fail:cancelled", "retry": "fail:reported", "refused": "fail:invocation",
            "expired": "fail:ttl",
        ]
        for (name, end) in ends {
            let found = try await earlier.end(of: try earlier.id(name))
            #expect(found == end, "\(name)")
        }
        #expect(try await earlier.execution(try earlier.id("by-message"))["summary"]?.string == "by message")
        #expect(try await earlier.execution(try earlier.id("asked"))["payload"]?.string == "by hand")
        // A first attempt that failed before is on record, and a later one waits.
        for name in ["too-late", "waits"] {
            let record = try await earlier.execution(try earlier.id(name))
            let first = record["timeline"]?.array?.first { $0["event"]?.string == "attempt" }
            #expect(record["status"]?.string == "pending" && first?["status_code"]?.integer == 503, "\(record)")
        }
    }

    /// Due events, and runs that were buffered.
    private func expectDueEventsHandled(_ earlier: EarlierInstallation) async throws {
        for job in ["left/ticked", "left/at-courier", "late/buffered", "late/released"] {
            let path = job.replacing("/", with: "/jobs/")
            let list = try await earlier.belfry.api("GET", "/services/\(path)/executions").body["results"]?.array ?? []
            let due = list.filter { $0["trigger"]?.string == "schedule" }
            #expect(due.count == 1, "\(job)")
            for one in due {
                #expect(try await earlier.end(of: try #require(one["execution_id"]?.string)) == "success", "\(job)")
            }
        }
    }

    private func expectWebhooksOnce(_ earlier: EarlierInstallation) async throws {
        let counts = earlier.service.webhooks.reduce(into: [:]) { $0[$1.executionID, default: 0] += 1 }
        // Its service still answers 503, so it may get further attempts.
        let repeated = try earlier.id("too-late")
        #expect(counts.count >= 10 && counts.allSatisfy { $0.value == 1 || $0.key == repeated }, "\(counts)")
        for name in ["running", "by-message", "cancelled", "expired", "accepted", "slow", "waits"] {
            #expect(counts[try earlier.id(name)] == nil, "\(name) was delivered before the upgrade, or ended")
        }
    }

    private func expectSecretsAndKeys(_ earlier: EarlierInstallation) async throws {
        let secret = try #require(earlier.facts["shop_secret"]?.string)
        let shown = try await earlier.belfry.belfry(["secrets", "show", "shop"])
        #expect(shown.output.trimmingCharacters(in: .whitespacesAndNewlines) == secret)
        let webhook = try #require(try await earlier.service.webhooks(of: "left").first)
        #expect(
            try await StandardWebhooksLibrary.verifies(
                webhook.bytes, headers: webhook.headers, secret: secret, environment: earlier.clock))
        for (name, read, put) in [("reader", 200, 403), ("billing-team", 200, 404), ("gone", 401, 401)] {
            let key = try #require(earlier.facts["keys"]?[name]?.string)
            let url = "\(earlier.belfry.settings["BELFRY_API_URL", default: ""])/services/billing/jobs/"
            let headers = ["Authorization": "Bearer \(key)"]
            #expect(try await earlier.belfry.http("GET", url + "trips", body: nil, headers: headers).status == read)
            #expect(try await earlier.belfry.http("DELETE", url + "none", body: nil, headers: headers).status == put)
        }
    }

    /// The API shows pauses and ended executions as the old one did.
    private func expectHistory(_ earlier: EarlierInstallation) async throws {
        let pauses = try await earlier.belfry.api("GET", "/pauses").body["results"]?.array
        #expect(pauses == (try earlier.shown("pauses")))
        let paused = try await earlier.belfry.api("GET", "/services/night/jobs/by-tag").body
        #expect(paused["paused"]?["note"]?.string == "moving")
        guard case .object(let ended) = earlier.facts["ended"] else { throw TestFailure("facts.json has no ends") }
        for before in try earlier.shown("timelines") {
            guard let id = before["execution_id"]?.string, let end = ended[id]?.string else { continue }
            #expect(try await earlier.end(of: id) == end)
            let now = try await earlier.execution(id)
            guard case .object(let fields) = before else { continue }
            // A run that is retried after the upgrade gets a link to its retry.
            let isRetried = now["retried_by"] != before["retried_by"]
            for (field, value) in fields where now[field] != nil {
                guard !isRetried || !["retried_by", "timeline"].contains(field) else { continue }
                #expect(now[field] == value, "\(field) of \(id)")
            }
        }
    }

    private func expectDeadLetters(_ earlier: EarlierInstallation) async throws {
        func letters() async throws -> [JSONValue] {
            try await until("deadletterd answers") {
                let answer = try await earlier.belfry.api("GET", "/dead-letters?limit=1000")
                return answer.status == 200 ? answer.body["results"]?.array : nil
            }
        }
        let before = try earlier.fixture.messages("messages.jsonl").filter { $0.queue.hasSuffix(".dead") }
        let found = try await letters()
        #expect(found.count == before.count, "\(found)")
        let reasons = before.compactMap { $0.inbound.headers[Header.deadReason] }
        #expect(found.compactMap { $0["reason"]?.string }.sorted() == reasons.sorted())

        let webhooks = earlier.service.webhooks.count
        let replayed = try await earlier.belfry.api(
            "POST", "/dead-letters:replay", .object(["queue": .array([.string("courier.deliveries")])]))
        let count = reasons.filter { $0 == DeadLetterReason.refused.rawValue }.count
        #expect(replayed.body["done"]?.integer == Int64(count), "\(replayed)")
        #expect(try await letters().count == before.count - count)
        // Each runs again as a linked retry. The service answers the first webhook of a run with 503.
        _ = try await until("the replayed deliveries have arrived") {
            earlier.service.webhooks.count >= webhooks + count ? true : nil
        }
        let refused = try earlier.id("refused")
        let retry = try await until("the refused run was retried") {
            try await earlier.execution(refused)["retried_by"]?.string
        }
        #expect(try await earlier.end(of: retry) == "success")
    }

    /// What waits for later still waits, and nothing else was left. Marks and new deliveries go through the queues all
    /// the time, so each queue is empty at some time.
    private func expectMessages(_ earlier: EarlierInstallation) async throws {
        var left = Set(WorkQueue.allCases.filter { $0 != .tickerBaton }.map { "belfry.\($0.rawValue)" })
        _ = try await until("each work queue is empty at some time") {
            let listed = try await earlier.belfry.controlBroker(
                ["list_queues", "name", "messages", "--no-table-headers"])
            let lines = Set(listed.split(separator: "\n").map(String.init))
            #expect(lines.contains("belfry.courier.retry.600\t1"))
            left = left.filter { !lines.contains("\($0)\t0") }
            return left.isEmpty ? true : nil
        }
    }
}
