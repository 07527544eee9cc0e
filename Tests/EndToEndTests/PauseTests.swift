import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: of a paused job no occurrence runs or is missed, and all others run, whatever dies in between.
    @Suite struct PauseTests {
        private static let job = "paused-by-tag"
        private static let tag = "pause test/ä"

        @Test
        func `a paused job stays paused when it is put again and dispatcherd is killed, and runs again afterwards`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let untagged: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
                "misfire": .string("all"),
            ]
            let fields = untagged.merging(["tags": .array([.string(Self.tag)])]) { $1 }
            try await belfry.put(Self.job, fields)
            try await belfry.put("beside-paused", untagged)
            _ = try await service.webhooks(of: Self.job, count: 2)

            let tagged = try await paused(["--tag", Self.tag, "--note", "moving"])
            let again = try await belfry.put(Self.job, fields).body
            #expect(again["paused"]?["note"]?.string == "moving" && again["next_occurrence"] == .null)
            try await expectPausedOnceApplied()
            try await killDispatcher()
            try await untilOthersRun(3)
            try await expectRunsByHand()
            try await expectShown()
            belfry.killProgram("dispatcherd.1")
            let resumed = try await command(["resume", "--tag", Self.tag, "--json"])
            try await belfry.startProgram("dispatcherd.1")
            try await untilOccurrences(3, from: try Self.time(resumed, "resumed_at"))

            let timed = try await paused(["test/\(Self.job)", "--for", "3s"])
            let end = try Self.time(timed, "until")
            try await killDispatcher()
            try await untilOccurrences(2, from: end)
            for (job, fields) in [(Self.job, fields), ("beside-paused", untagged)] {
                try await belfry.pause(job, fields)
            }
            let pauses = [
                try Self.time(tagged, "paused_at")..<(try Self.time(resumed, "resumed_at")),
                try Self.time(timed, "paused_at")..<end,
            ]
            try await expectOccurrences(outside: pauses)
        }

        /// Runs `belfry jobs` and returns what it prints.
        private func command(_ arguments: [String]) async throws -> JSONValue {
            let belfry = try await EndToEnd.installation()
            let finished = try await Program.run(
                "\(Project.bin)/belfry", ["jobs"] + arguments, environment: belfry.settings)
            #expect(finished.status == 0, "\(finished)")
            return try JSONValue.parse(Array(finished.output.utf8))
        }

        private func paused(_ arguments: [String]) async throws -> JSONValue {
            let pause = try await command(["pause"] + arguments + ["--json"])
            #expect(pause["jobs"]?.integer == 1 && pause["resumed_at"] == .null)
            return pause
        }

        private static func time(_ pause: JSONValue, _ field: String) throws -> Instant {
            try #require(pause[field]?.string.flatMap { Instant(rfc3339: $0) })
        }

        /// Applies a file with another ttl for the paused job.
        private func expectPausedOnceApplied() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let path = "\(belfry.home)/paused.yaml"
            let text = """
                - service_name: test
                  job_name: \(Self.job)
                  async: true
                  enabled: true
                  exclusive: false
                  invocation_type: http
                  invocation_target: \(service.url)/succeed
                  schedule: rate(1 second)
                  misfire: all
                  tags: ["\(Self.tag)"]
                  ttl_seconds: 90

                """
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let applied = try await belfry.belfry(["jobs", "apply", "-f", path])
            #expect(applied.status == 0, "\(applied)")
            #expect(applied.output.hasSuffix("0 created, 1 replaced, 0 deleted\n"), "\(applied)")
            let shown = try await belfry.api("GET", "/services/test/jobs/\(Self.job)").body
            #expect(shown["ttl_seconds"]?.integer == 90 && shown["next_occurrence"] == .null)
            #expect(shown["paused"]?["note"]?.string == "moving", "\(shown)")
        }

        private func killDispatcher() async throws {
            let belfry = try await EndToEnd.installation()
            belfry.killProgram("dispatcherd.1")
            try await belfry.startProgram("dispatcherd.1")
        }

        /// Another job on the same schedule shows that there were occurrences, and so does the count of those skipped.
        private func untilOthersRun(_ count: Int) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let now = service.webhooks.count { $0.job == "beside-paused" }
            _ = try await service.webhooks(of: "beside-paused", count: now + count)
            _ = try await until("skipped occurrences are counted") {
                let metrics = try await belfry.health("dispatcherd.1", "metrics").text.split(separator: "\n")
                let line = metrics.first { $0.contains("skipped_total") && $0.contains("operator_pause") }
                let skipped = line.flatMap { Double($0.split(separator: " ").last ?? "") } ?? 0
                return skipped >= Double(count) ? skipped : nil
            }
        }

        private func expectRunsByHand() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let id = try await EndToEnd.run(Self.job, payload: "by hand")
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
            let answer = try await belfry.api("POST", "/executions/\(id)/retry")
            let retry = try #require(answer.body["execution_id"]?.string)
            #expect(answer.status == 202 && answer.body["retry_of"]?.string == id)
            let ended = try await EndToEnd.ended(retry)
            #expect(ended["trigger"]?.string == "retry" && ended["retry_of"]?.string == id)
            #expect(ended["payload"]?.string == "by hand")
            let webhook = try #require(service.webhooks.first { $0.executionID == retry })
            #expect(webhook.body["retry_of"]?.string == id && webhook.body["payload"]?.string == "by hand")
            let retried = try await EndToEnd.ended(id)
            #expect(retried["retried_by"]?.string == retry)
            #expect((retried["timeline"]?.array ?? []).last?["event"]?.string == "retried")
        }

        private func expectShown() async throws {
            let belfry = try await EndToEnd.installation()
            for arguments in [["pauses"], ["list", "--service", "test"], ["show", "test/\(Self.job)"]] {
                let shown = try await Program.run(
                    "\(Project.bin)/belfry", ["jobs"] + arguments, environment: belfry.settings)
                #expect(shown.status == 0 && shown.output.contains("tag \(Self.tag)"), "\(shown)")
            }
        }

        private func untilOccurrences(_ count: Int, from instant: Instant) async throws {
            _ = try await until("\(count) occurrences after the pause are on record") {
                try await occurrences().count { $0 >= instant } >= count ? true : nil
            }
        }

        /// The occurrences on record, none of which is a missed one.
        private func occurrences() async throws -> Set<Instant> {
            let belfry = try await EndToEnd.installation()
            let scheduled = try await belfry.executions(of: Self.job).filter { $0["trigger"]?.string == "schedule" }
            #expect(scheduled.allSatisfy { $0["reason"]?.string != "missed" })
            return Set(
                scheduled.compactMap { $0["scheduled_time_ms"]?.integer.map(Instant.init(millisecondsSinceEpoch:)) })
        }

        private func expectOccurrences(outside pauses: [Range<Instant>]) async throws {
            let found = try await occurrences()
            let begin = try #require(found.min())
            let end = try #require(found.max())
            let seconds = begin.secondsSinceEpoch...end.secondsSinceEpoch
            let expected = seconds.map(Instant.init(secondsSinceEpoch:)).filter { occurrence in
                !pauses.contains { $0.contains(occurrence) }
            }
            #expect(found == Set(expected), "\(pauses): \(found.sorted().map(\.rfc3339))")
            #expect(seconds.count >= expected.count + 5, "there were occurrences within the pauses")
        }
    }
}
