import Determinism
import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// Time zones come from a folder of TZif files, which is replaced while the programs run.
    @Suite struct ZoneTests {
        private static let older = TZifFile(offset: -28_800, rule: "PST8PDT,M3.2.0,M11.1.0")
        /// British Columbia keeps its daylight saving time from 2026 on.
        private static let newer = TZifFile(
            types: [.init(-28_800), .init(-25_200, isSaving: 1), .init(-25_200)],
            // 2026-03-08T10:00:00Z and 2026-11-01T09:00:00Z.
            changes: [(1_772_964_000, 1), (1_793_523_600, 2)], footer: "MST7")

        private static func explain(_ arguments: [String], tzdir: String? = nil) async throws -> Finished {
            try await Program.run(
                "\(Project.bin)/belfry", ["explain"] + arguments + ["--json"],
                environment: tzdir.map { ["BELFRY_TZDIR": $0] } ?? [:])
        }

        @Test func `new rules of a time zone are in force within a minute and a few seconds, without a restart`()
            async throws
        {
            let (folders, old, new) = (try ZoneFiles(), try ZoneFiles(), try ZoneFiles())
            defer { withExtendedLifetime((folders, old, new)) {} }
            for (files, vancouver, moving) in [(old, Self.older, 0), (new, Self.newer, 5 * 3_600)]
                as [(
                    ZoneFiles, TZifFile, Int32
                )]
            {
                try files.put("America/Vancouver", vancouver)
                try files.put("Test/Moving", TZifFile(offset: moving))
            }
            try folders.link("zoneinfo", to: old.path)
            let belfry = try await Installation.start(
                "zones", environment: ["BELFRY_TZDIR": "\(folders.path)/zoneinfo"])
            do {
                try await follow(belfry, folders: folders, new: new)
            } catch {
                try await belfry.stop()
                throw error
            }
            try await belfry.stop()
        }

        private func follow(_ belfry: Installation, folders: ZoneFiles, new: ZoneFiles) async throws {
            let service = try await EndToEnd.service()
            func nextOccurrence(_ job: String) async throws -> String? {
                try await belfry.api("GET", "/services/test/jobs/\(job)").body["next_occurrence"]?.string
            }
            let target = JSONValue.string("\(service.url)/succeed")
            for (zone, hint) in [("america/vancouver", "Did you mean America/Vancouver?"), ("Europe/Madrid", nil)] {
                let refused = try await belfry.put(
                    "refused",
                    [
                        "invocation_target": target, "schedule": EndToEnd.never, "time_zone": .string(zone),
                    ])
                let error = refused.body["errors"]?.array?.first
                #expect(refused.status == 422 && error?["field"] == .string("/time_zone"))
                if let hint { #expect(error?["hint"]?.string == hint) }
            }
            try await belfry.put(
                "vancouver",
                [
                    "invocation_target": target, "schedule": .string("cron(0 9 24 11 ? 2199)"),
                    "time_zone": .string("America/Vancouver"),
                ])
            #expect(try await nextOccurrence("vancouver") == "2199-11-24T17:00:00Z")
            // It is due 90 s from now by the new rules, and five hours later by the old ones.
            let now = Instant(secondsSinceEpoch: Int64(Date().timeIntervalSince1970))
            let (due, reading) = (now.adding(seconds: 90), now.adding(seconds: 90 + 5 * 3_600))
            try await belfry.put(
                "moving",
                [
                    "invocation_target": target, "schedule": .string("at(\(reading.rfc3339.dropLast()))"),
                    "time_zone": .string("Test/Moving"),
                ])
            #expect(try await nextOccurrence("moving") == reading.rfc3339)
            // When this job was run, ticker and dispatcher have the old rules, and the ticker's plan the other job.
            try await belfry.put(
                "before",
                [
                    "invocation_target": target,
                    "schedule": .string("at(\(now.adding(seconds: 5).rfc3339.dropLast()))"),
                    "time_zone": .string("Test/Moving"),
                ])
            _ = try await service.webhooks(of: "before")
            try folders.remove("zoneinfo")
            try folders.link("zoneinfo", to: new.path)
            _ = try await until("the API shows the next occurrence by the new rules") {
                try await nextOccurrence("vancouver") == "2199-11-24T16:00:00Z" ? true : nil
            }
            #expect(try await nextOccurrence("moving") == due.rfc3339)
            let webhook = try await until("the webhook at the new time") {
                service.webhooks.first { $0.job == "moving" }
            }
            #expect(webhook.body["scheduled_time_ms"]?.integer == due.millisecondsSinceEpoch)
            for program in ["tickerd.1", "dispatcherd.1", "consoled.1"] {
                #expect(try belfry.log(program).contains("time zones have changed"), "\(program)")
            }
        }

        @Test func `explain answers by the files of the folder, and names what is missing`() async throws {
            let (old, new) = (try ZoneFiles(), try ZoneFiles())
            defer { withExtendedLifetime((old, new)) {} }
            try old.put("America/Vancouver", Self.older)
            try new.put("America/Vancouver", Self.newer)
            let arguments = [
                "cron(0 9 24 11 ? 2026)", "--time-zone", "America/Vancouver", "--from", "2026-10-01T00:00:00Z",
            ]
            for (files, expected) in [(old, "2026-11-24T09:00:00-08:00"), (new, "2026-11-24T09:00:00-07:00")] {
                let explained = try await Self.explain(arguments, tzdir: files.path)
                let flagged = try await Self.explain(arguments + ["--tzdir", files.path])
                #expect(explained.status == 0 && flagged.output == explained.output)
                let value = try JSONValue.parse(Array(explained.output.utf8))
                #expect(value["occurrences"] == .array([.string(expected)]))
            }
            let missing = try await Self.explain(arguments, tzdir: "\(old.path)/missing")
            #expect(missing.status == 1 && missing.output.contains("Install the package tzdata"))
            let utc = try await Self.explain(["rate(1 hour)", "-n", "1"], tzdir: "\(old.path)/missing")
            #expect(utc.status == 0)
        }
    }
}
