import Foundation
import JSON
import TestServers
import Testing

/// Runs that heartbeat while no recorder is there.
///
/// Guarantees: their services' callbacks are taken, and afterwards no run has timed out and no webhook is repeated.
/// `Scripts/chaos --scenario recorder-away` does it with more runs, and for longer.
@Suite(.timeLimit(.minutes(40))) struct RecorderAwayTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let runs = variables["BELFRY_RECORDER_AWAY_RUNS"].flatMap { Int($0) } ?? 200
    private static let seconds = variables["BELFRY_RECORDER_AWAY_SECONDS"].flatMap { Int($0) } ?? 20
    private static let stores = [variables["BELFRY_CHAOS_STORE"] ?? "sqlite"]

    /// The silence of two intervals is much shorter than the outage.
    private static let intervalSeconds = max(2, seconds / 20)
    private static let job = "beats"

    @Test(arguments: stores)
    func `runs that heartbeat while no recorder runs end as reported, and no webhook is repeated`(
        store: String
    ) async throws {
        let belfry = try await Installation.start("recorder-away-\(store)", scale: "ingesterd=2", store: store)
        do {
            try await belfry.endProgram("ingesterd.1")
            try await belfry.startProgram("ingesterd.1", environment: ["BELFRY_ROLE": "callback"])
            try await belfry.untilReady("ingesterd.1")
            try await belfry.endProgram("ingesterd.2")
            try await belfry.startProgram("ingesterd.2", environment: ["BELFRY_ROLE": "recorder"])
            try await belfry.untilReady("ingesterd.2")
            let service = try await LedgerService.start()
            try await startRuns(on: belfry, service)

            try await belfry.endProgram("ingesterd.2")
            try await Task.sleep(for: .seconds(Self.seconds))
            let open = try await belfry.executions(of: Self.job)
            #expect(open.allSatisfy { $0["finished_at_ms"]?.integer == nil })
            try await belfry.startProgram("ingesterd.2", environment: ["BELFRY_ROLE": "recorder"])

            let ended = try await until("all runs have ended", withinSeconds: Self.seconds + 300) {
                let runs = try await belfry.executions(of: Self.job)
                return runs.allSatisfy { $0["finished_at_ms"]?.integer != nil } ? runs : nil
            }
            let failed = ended.filter { $0["status"]?.string != "success" }
            #expect(ended.count == Self.runs && failed.isEmpty, "\(failed.count): \(failed.prefix(3))")
            #expect(service.webhooks.count == Self.runs)
            #expect(service.finished.values.allSatisfy { $0.status == "success" && $0.answer == 202 })
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
    }

    /// Starts the runs, and waits until each is on record as one that heartbeats.
    private func startRuns(on belfry: Installation, _ service: LedgerService) async throws {
        // The outage, and some time before and after it.
        let heartbeats = (Self.seconds + 20 + Self.runs / 50) / Self.intervalSeconds + 5
        let answer = try await belfry.put(
            Self.job,
            [
                "invocation_target": .string(
                    "\(service.url)/succeed?heartbeats=\(heartbeats)&every_ms=\(Self.intervalSeconds * 1_000)"),
                "schedule": EndToEnd.never, "ttl_seconds": .integer(7_200),
                "heartbeat_interval_seconds": .integer(Int64(Self.intervalSeconds)),
            ])
        try #require(answer.status == 201, "\(answer)")
        for _ in 0..<Self.runs {
            let started = try await belfry.api("POST", "/services/test/jobs/\(Self.job)/run")
            try #require(started.status == 202, "\(started)")
        }
        _ = try await until("all runs heartbeat") {
            let runs = try await belfry.executions(of: Self.job)
            return runs.count { $0["status"]?.string == "processing" } == Self.runs ? true : nil
        }
    }
}
