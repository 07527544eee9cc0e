import Foundation
import JSON
import TestServers
import Testing

/// Steps of wall clocks, as a wrong time server makes them, and back.
///
/// Guarantees: every occurrence runs exactly once, and no run ends by a timeout. With SQLite the machine has one clock,
/// so all programs step at once. With PostgreSQL each program may be on a machine of its own.
@Suite(.serialized, .timeLimit(.minutes(8))) struct ClockStepTests {
    private static let programs = ["tickerd", "dispatcherd", "courierd", "ingesterd", "reaperd", "consoled"]

    /// A step of the clocks of these programs.
    struct Step {
        var programs: [String]
        var secondsAhead: Int64
    }

    private static let stepsOfMachine = [30, -30, 3_600, -3_600].map { Step(programs: programs, secondsAhead: $0) }
    private static let stepsOfPrograms = programs.flatMap { program in
        [30, -30].map { Step(programs: [program], secondsAhead: $0) }
    }

    @Test(arguments: [("sqlite", stepsOfMachine), ("postgres", stepsOfPrograms)])
    func `when clocks step and step back, every occurrence runs once and no run times out`(
        store: String, steps: [Step]
    ) async throws {
        let service = try await LedgerService.start()
        let clocks = try await ProgramClocks(of: Self.programs, folder: Project.home("clocks-\(store)"))
        let belfry = try await Installation.start(
            "clock-steps-\(store)", store: store, environment: clocks.environment)
        do {
            let quick = try await put("each-second", on: belfry, every: 1, "\(service.url)/succeed")
            // It heartbeats through several steps.
            let beats = "\(service.url)/succeed?heartbeats=12&every_ms=1000"
            let beating = try await put("beats", on: belfry, every: 4, beats)
            _ = try await service.webhooks(of: "beats")
            for step in steps {
                try clocks.set(step.programs, secondsAhead: step.secondsAhead)
                try await Task.sleep(for: .seconds(4))
                try clocks.set(step.programs, secondsAhead: 0)
                try await Task.sleep(for: .seconds(3))
            }
            let end = Int64(Date().timeIntervalSince1970 * 1_000) + 35_000
            for (job, fields) in [("each-second", quick), ("beats", beating)] {
                _ = try await until("\(job) runs after all steps") {
                    try await belfry.executions(of: job).contains { ($0["scheduled_time_ms"]?.integer ?? 0) > end }
                        ? true : nil
                }
                try await belfry.pause(job, fields)
            }
            try await expectEach("each-second", everyMilliseconds: 1_000, until: end, on: belfry, service)
            try await expectEach("beats", everyMilliseconds: 4_000, until: end, on: belfry, service)
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
    }

    private func put(
        _ job: String, on belfry: Installation, every seconds: Int, _ target: String
    ) async throws -> [String: JSONValue] {
        let fields: [String: JSONValue] = [
            "invocation_target": .string(target), "misfire": .string("all"),
            "schedule": .string("rate(\(seconds) second\(seconds == 1 ? "" : "s"))"), "ttl_seconds": .integer(120),
            "heartbeat_interval_seconds": .integer(2),
        ]
        try await belfry.put(job, fields)
        return fields
    }

    /// Expects one successful run of each occurrence from the first one on, each with one webhook.
    private func expectEach(
        _ job: String, everyMilliseconds: Int64, until end: Int64, on belfry: Installation, _ service: LedgerService
    ) async throws {
        let runs = try await until("all runs of \(job) have ended") {
            let runs = try await belfry.executions(of: job)
            return runs.allSatisfy { $0["finished_at_ms"]?.integer != nil } ? runs : nil
        }
        let failed = runs.filter { $0["status"]?.string != "success" }
        #expect(failed.isEmpty, "\(failed.prefix(3))")
        let occurrences = runs.compactMap { $0["scheduled_time_ms"]?.integer }.sorted()
        let first = try #require(occurrences.first)
        let last = try #require(occurrences.last)
        #expect(last > end && occurrences == Array(stride(from: first, through: last, by: Int(everyMilliseconds))))
        let webhooks = Dictionary(grouping: service.webhooks.filter { $0.job == job }, by: \.executionID)
        #expect(webhooks.count == runs.count && webhooks.values.allSatisfy { $0.count == 1 })
    }
}
