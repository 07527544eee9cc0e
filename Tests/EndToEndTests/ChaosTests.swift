import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// Kills each program and the broker with SIGKILL under load, and then compares the record with the service's
    /// ledger.
    ///
    /// Guarantees: every occurrence has exactly one execution, every execution ends, every delivery belongs to an
    /// execution, and every callback with a 2xx answer is recorded.
    @Suite struct ChaosTests {
        private static let everySecond = ["load-1", "load-2", "load-3", "load-4", "load-5", "load-6"]
        private static let exclusive = ["only-1", "only-2"]

        @Test
        func `whatever program is killed, every occurrence has one execution, which ends as the service reported`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            for job in Self.everySecond {
                try await belfry.put(job, fields(service, "/succeed?heartbeats=1&every_ms=200", exclusive: false))
            }
            for job in Self.exclusive {
                try await belfry.put(job, fields(service, "/succeed?every_ms=1500", exclusive: true))
            }
            _ = try await service.webhooks(of: "load-1", count: 3)
            for program in [
                "tickerd.1", "tickerd.2", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1",
            ] {
                belfry.killProgram(program)
                _ = try await until("\(program) is gone") { belfry.isAlive(program) ? nil : true }
                let seen = service.webhooks.count
                try await belfry.startProgram(program)
                _ = try await until("\(program) is ready again") {
                    try await belfry.readiness(program).status == 200 ? true : nil
                }
                _ = try await until("webhooks arrive again after \(program) was killed") {
                    service.webhooks.count > seen + 12 ? true : nil
                }
            }
            try await belfry.broker("kill")
            try await belfry.broker("start")
            let seen = service.webhooks.count
            _ = try await until("webhooks arrive again after the broker was killed", withinSeconds: 60) {
                service.webhooks.count > seen + 20 ? true : nil
            }
            for job in Self.everySecond {
                _ = try await until("the API accepts jobs again") {
                    try await belfry.put(job, fields(service, "/succeed", exclusive: false, enabled: false)).status
                        == 200 ? true : nil
                }
            }
            for job in Self.exclusive {
                try await belfry.put(job, fields(service, "/succeed", exclusive: true, enabled: false))
            }
            try await expectLedgerBalances(belfry, service)
        }

        private func fields(
            _ service: LedgerService, _ path: String, exclusive: Bool, enabled: Bool = true
        ) -> [String: JSONValue] {
            [
                "invocation_target": .string(service.url + path), "schedule": .string("rate(1 second)"),
                "exclusive": .bool(exclusive), "enabled": .bool(enabled), "misfire": .string("all"),
                "ttl_seconds": .integer(120),
            ]
        }

        private func expectLedgerBalances(_ belfry: Installation, _ service: LedgerService) async throws {
            var rows: [String: JSONValue] = [:]
            for job in Self.everySecond + Self.exclusive {
                let all = try await until("every execution of \(job) has ended", withinSeconds: 150) {
                    let all = try await history(belfry, job)
                    return all.allSatisfy { ["success", "fail"].contains($0["status"]?.string ?? "") } ? all : nil
                }
                let times = all.compactMap { $0["scheduled_time_ms"]?.integer }.sorted()
                #expect(
                    zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_000 },
                    "the occurrences of \(job) have a gap or a duplicate: \(times)")
                for row in all { rows[row["execution_id"]?.string ?? ""] = row }
                if Self.exclusive.contains(job) { expectNoOverlap(all, job) }
            }
            for webhook in service.webhooks where rows[webhook.executionID] == nil {
                #expect(
                    !(Self.everySecond + Self.exclusive).contains(webhook.job), "a webhook has no execution on record")
            }
            // Only kills disturbed the runs, so all of them must have been delivered and have succeeded, except for
            // those of an exclusive job that were locked.
            let invoked = Set(service.webhooks.map(\.executionID))
            for (id, row) in rows {
                if row["reason"]?.string == "locked", Self.exclusive.contains(row["job_name"]?.string ?? "") {
                    #expect(!invoked.contains(id), "\(id) was locked but delivered")
                } else {
                    #expect(row["status"]?.string == "success" && invoked.contains(id), "\(row)")
                }
            }
            // A callback with a 202 answer must be recorded.
            for (id, reported) in service.finished where reported.answer == 202 {
                guard let row = rows[id] else { continue }
                #expect(row["status"]?.string == reported.status, "the service reported \(reported.status) for \(id)")
            }
            #expect(!rows.isEmpty)
        }

        private func history(_ belfry: Installation, _ job: String) async throws -> [JSONValue] {
            var all: [JSONValue] = []
            var more = ""
            repeat {
                let page = try await belfry.api("GET", "/services/test/jobs/\(job)/executions?limit=100\(more)").body
                all += page["results"]?.array ?? []
                more = page["paging"]?["more"]?.string.map { "&more=\($0)" } ?? ""
            } while !more.isEmpty
            return all
        }

        private func expectNoOverlap(_ all: [JSONValue], _ job: String) {
            let runs = all.compactMap { item -> (Int64, Int64)? in
                guard let begin = item["service_invoked_at_ms"]?.integer, let end = item["finished_at_ms"]?.integer
                else { return nil }
                return (begin, end)
            }.sorted { $0.0 < $1.0 }
            #expect(
                runs.count >= 2 && zip(runs, runs.dropFirst()).allSatisfy { $0.1 <= $1.0 },
                "executions of \(job) overlap")
        }
    }
}
