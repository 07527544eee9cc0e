import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// The dispatcher was down for longer than a minute.
    @Suite struct MissedOccurrenceTests {
        @Test func `the missed occurrences of an exclusive job run one after the other, also when a recorder crashes`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed?every_ms=1500"), "exclusive": .bool(true),
                "schedule": .string("rate(3 seconds)"), "misfire": .string("all"),
            ]
            try await belfry.put("missed", fields)
            _ = try await service.webhooks(of: "missed")
            belfry.killProgram("dispatcherd.1")
            try await Task.sleep(for: .seconds(76))
            // It dies when the end of a run and the release of the next are recorded, and nothing is published.
            belfry.killProgram("ingesterd.1")
            try await belfry.startProgram("ingesterd.1", environment: ["BELFRY_CRASH_AT": "after-commit:4"])
            try await belfry.startProgram("dispatcherd.1")
            let waiting = try await until("runs are buffered") {
                let buffered = try await belfry.executions(of: "missed").filter { $0["buffered"] == .bool(true) }
                return buffered.count >= 3 ? buffered : nil
            }
            #expect(waiting.allSatisfy { $0["status"]?.string == "pending" })
            try await belfry.pause("missed", fields)
            try await belfry.untilEnded("ingesterd.1")
            try await belfry.startProgram("ingesterd.1")
            let ended = try await until("every run has ended") {
                let all = try await belfry.executions(of: "missed")
                return all.allSatisfy { $0["finished_at_ms"]?.integer != nil } ? all : nil
            }
            let runs = ended.filter { $0["reason"]?.string != "locked" }.reversed()
            #expect(runs.allSatisfy { $0["status"]?.string == "success" })
            let ids = Set(runs.compactMap { $0["execution_id"]?.string })
            #expect(waiting.allSatisfy { ids.contains($0["execution_id"]?.string ?? "") })
            for (before, after) in zip(runs, runs.dropFirst()) {
                let ended = try #require(before["finished_at_ms"]?.integer)
                #expect(try #require(after["service_invoked_at_ms"]?.integer) >= ended)
            }
        }
    }
}
