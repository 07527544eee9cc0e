import Foundation
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// Each program dies, as if by kill -9, at each gap between store, publish and ack.
    @Suite struct CrashPointTests {
        @Test(arguments: [
            ("dispatcherd.1", "after-store"), ("dispatcherd.1", "after-publish"), ("dispatcherd.1", "after-ack"),
            ("courierd.1", "after-delivery"), ("courierd.1", "after-publish"), ("courierd.1", "after-ack"),
            ("ingesterd.1", "after-store"), ("ingesterd.1", "after-publish"), ("ingesterd.1", "after-ack"),
        ])
        func `a stage that dies there loses no execution and doubles none`(program: String, point: String) async throws
        {
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
            _ = try await until("\(program) has died at \(point)") { belfry.isAlive(program) ? nil : true }
            try await belfry.startProgram(program)
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success")
            #expect(try await belfry.executions(of: job).count == 1)
            #expect(Set(try await service.webhooks(of: job).map(\.executionID)) == [id])
        }

        @Test(arguments: ["after-publish", "after-store"])
        func `a ticker that dies before or after passing the baton on misses nothing`(point: String) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "crash-tickerd-\(point)"
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
            ]
            belfry.killProgram("tickerd.2")
            try await replace("tickerd.1", belfry, ["BELFRY_CRASH_AT": "\(point):3"])
            try await belfry.put(job, fields)
            _ = try await until("the ticker has died at \(point)") { belfry.isAlive("tickerd.1") ? nil : true }
            try await belfry.startProgram("tickerd.2")
            try await belfry.startProgram("tickerd.1")
            _ = try await service.webhooks(of: job, count: 6)
            try await belfry.pause(job, fields)
            let times = try await belfry.executions(of: job).compactMap { $0["scheduled_time_ms"]?.integer }.sorted()
            #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000 }, "a gap or a double: \(times)")
        }

        private func replace(_ program: String, _ belfry: Installation, _ environment: [String: String]) async throws {
            // What an earlier run left to do would take the program to its point too soon.
            try await EndToEnd.untilQueuesAreEmpty()
            belfry.killProgram(program)
            _ = try await until("\(program) is gone") { belfry.isAlive(program) ? nil : true }
            try await belfry.startProgram(program, environment: environment)
            _ = try await until("\(program) is ready") {
                try await belfry.readiness(program).status == 200 ? true : nil
            }
        }
    }
}
