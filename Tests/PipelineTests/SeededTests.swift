import Determinism
import Foundation
import SQLiteStore
import Testing

/// Random work, random faults, random order. Whatever fails says its seed; `PIPELINE_SEED=123` runs that one alone,
/// `PIPELINE_SEEDS=20000` more of them.
@Suite struct SeededTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let workers: UInt64 = 3

    @Test func `whatever dies in whatever order, every promise is kept, for 1,000 seeds`() async throws {
        if let seed = Self.environment["PIPELINE_SEED"].flatMap(UInt64.init) {
            return try await Self.run([seed])
        }
        let count = Self.environment["PIPELINE_SEEDS"].flatMap(UInt64.init) ?? 1_000
        try await withThrowingTaskGroup { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    try await Self.run(stride(from: 1 + worker, through: count, by: Int(Self.workers)).map(\.self))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `the same seed leads to the same executions, ids and ends`() async throws {
        for seed in [7, 8, 9, 10, 11, 12] as [UInt64] {
            var transcripts: [[String]] = []
            for _ in 0..<2 {
                let database = try SharedDatabase()
                defer { database.remove() }
                let world = try PipelineWorld(seed: seed, record: database.store)
                _ = try await Self.live(world)
                transcripts.append(try await world.transcript())
            }
            #expect(transcripts[0] == transcripts[1], "PIPELINE_SEED=\(seed)")
            #expect(!transcripts[0].isEmpty)
        }
    }

    private static func run(_ seeds: [UInt64]) async throws {
        let database = try SharedDatabase()
        defer { database.remove() }
        for seed in seeds {
            let world = try PipelineWorld(seed: seed, record: database.store)
            for fault in try await live(world).prefix(5) { Issue.record("PIPELINE_SEED=\(seed): \(fault)") }
            try await world.leave()
        }
    }

    /// A world's whole life; answers what was not as it should be.
    private static func live(_ world: PipelineWorld) async throws -> [String] {
        try await world.makeJobs()
        for _ in 0..<world.random.int(30...90) { try await world.step() }
        let unrest = try await world.settle()
        return try await unrest + world.brokenPromises()
    }
}
