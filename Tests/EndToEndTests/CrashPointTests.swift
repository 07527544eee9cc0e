import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// Crashes each program between commit, publish and ack, as SIGKILL would.
    ///
    /// Guarantee: a crash between any two of these repeats work and loses none.
    @Suite struct CrashPointTests {
        @Test(arguments: [
            ("dispatcherd.1", "after-commit"), ("dispatcherd.1", "after-confirm"), ("dispatcherd.1", "after-ack"),
            ("courierd.1", "after-answer"), ("courierd.1", "after-confirm"), ("courierd.1", "after-ack"),
            ("ingesterd.1", "after-commit"), ("ingesterd.1", "after-confirm"), ("ingesterd.1", "after-ack"),
        ])
        func `a stage that crashes between commit, publish and ack loses and duplicates no execution`(
            program: String, point: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "crash-\(program.dropLast(2))-\(point)"
            try await belfry.put(
                job,
                [
                    "invocation_target": .string("\(service.url)/succeed?heartbeats=1"), "schedule": EndToEnd.never,
                    "exclusive": .bool(true),
                ])
            try await replace(program, belfry, ["BELFRY_CRASH_AT": point])
            let id = try await EndToEnd.run(job)
            _ = try await until("\(program) has crashed at \(point)") { belfry.isAlive(program) ? nil : true }
            try await belfry.startProgram(program)
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success")
            #expect(try await belfry.executions(of: job).count == 1)
            #expect(Set(try await service.webhooks(of: job).map(\.executionID)) == [id])
        }

        @Test(arguments: ["after-confirm", "after-baton-published"])
        func `a ticker that crashes before or after publishing the baton misses no occurrence`(point: String)
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "crash-tickerd-\(point)"
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
            ]
            belfry.killProgram("tickerd.2")
            try await replace("tickerd.1", belfry, ["BELFRY_CRASH_AT": "\(point):3"])
            try await belfry.put(job, fields)
            _ = try await until("the ticker has crashed at \(point)") { belfry.isAlive("tickerd.1") ? nil : true }
            try await belfry.startProgram("tickerd.2")
            try await belfry.startProgram("tickerd.1")
            _ = try await service.webhooks(of: job, count: 6)
            try await belfry.pause(job, fields)
            let times = try await belfry.executions(of: job).compactMap { $0["scheduled_time_ms"]?.integer }.sorted()
            #expect(
                zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000 },
                "the occurrences have a gap or a duplicate: \(times)")
        }

        private func replace(_ program: String, _ belfry: Installation, _ environment: [String: String]) async throws {
            // Work left by an earlier test would make the program crash too early.
            try await EndToEnd.untilQueuesAreEmpty()
            belfry.killProgram(program)
            try await belfry.untilEnded(program)
            try await belfry.startProgram(program, environment: environment)
            // A courier may crash at a mark before it is ready; the run is then its next work.
            _ = try await until("\(program) is ready or has crashed") {
                guard belfry.isAlive(program) else { return true }
                return (try? await belfry.readiness(program))?.status == 200 ? true : nil
            }
        }
    }
}
