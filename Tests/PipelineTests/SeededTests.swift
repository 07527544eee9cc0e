import Determinism
import Foundation
import SQLiteStore
import Testing

/// Random work, random faults, random order. A failure names its seed. `PIPELINE_SEED=123` runs that seed alone,
/// `PIPELINE_SEEDS=20000` runs more seeds.
@Suite struct `The pipeline under random faults` {
    private static let environment = ProcessInfo.processInfo.environment
    private static let workers: UInt64 = 3

    @Test func `every guarantee holds under random crashes and outages, for 400 seeds`() async throws {
        if let seed = Self.environment["PIPELINE_SEED"].flatMap(UInt64.init) {
            _ = try await Self.run([seed])
            return
        }
        let count = Self.environment["PIPELINE_SEEDS"].flatMap(UInt64.init) ?? 400
        let (releases, replays, pauses) = try await withThrowingTaskGroup { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    try await Self.run(stride(from: 1 + worker, through: count, by: Int(Self.workers)).map(\.self))
                }
            }
            return try await group.reduce((0, 0, 0)) { ($0.0 + $1.0, $0.1 + $1.1, $0.2 + $1.2) }
        }
        #expect(releases > count / 20, "buffered runs are among what is tried")
        #expect(replays > count / 20, "retries of replayed deliveries are among what is tried")
        #expect(pauses > count / 20, "occurrences within a pause are among what is tried")
    }

    @Test func `the same seed leads to the same executions, ids and ends`() async throws {
        for seed in [7, 8, 9, 10, 11, 12] as [UInt64] {
            var transcripts: [[String]] = []
            for _ in 0..<2 {
                let database = try SharedDatabase()
                defer { database.remove() }
                let world = try PipelineWorld(seed: seed, record: database.store)
                _ = try await Self.play(world)
                transcripts.append(try await world.transcript())
            }
            #expect(transcripts[0] == transcripts[1], "PIPELINE_SEED=\(seed)")
            #expect(!transcripts[0].isEmpty)
        }
    }

    /// Returns how many buffered runs were released, how many replayed deliveries led to a retry, and how many
    /// occurrences were within a pause.
    private static func run(_ seeds: [UInt64]) async throws -> (UInt64, UInt64, UInt64) {
        var (releases, replays, pauses): (UInt64, UInt64, UInt64) = (0, 0, 0)
        let database = try SharedDatabase()
        defer { database.remove() }
        for seed in seeds {
            let world = try PipelineWorld(seed: seed, record: database.store)
            for fault in try await play(world).prefix(5) { Issue.record("PIPELINE_SEED=\(seed): \(fault)") }
            try await world.deleteAllJobs()
            releases += UInt64(world.store.releaseCount)
            pauses += UInt64(world.ledger.paused.count)
            replays += UInt64(Set(world.store.created).intersection(world.ledger.replays.keys).count)
        }
        return (releases, replays, pauses)
    }

    /// Plays a world to its end, and returns its broken guarantees.
    private static func play(_ world: PipelineWorld) async throws -> [String] {
        try await world.makeJobs()
        for _ in 0..<world.random.int(30...90) { try await world.step() }
        var unsettled = try await world.settle()
        await world.replaySomeLetters()
        unsettled += await world.letTimePass()
        return try await unsettled + world.brokenGuarantees()
    }
}
