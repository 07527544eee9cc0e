import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    /// The health pages, metrics and log lines of the programs.
    @Suite struct HealthTests {
        @Test(arguments: [
            ("tickerd.1", ["belfry_ticker_due_events_total", "belfry_ticker_lateness_ms_bucket"]),
            (
                "dispatcherd.1",
                [
                    "belfry_executions_created_total", "belfry_occurrences_skipped_total",
                    "belfry_messages_handled_total",
                ]
            ),
            (
                "courierd.1",
                [
                    "belfry_deliveries_total", "belfry_delivery_latency_ms_bucket",
                    "belfry_delivery_lateness_ms_bucket",
                    "belfry_messages_handled_total", "belfry_batch_size_bucket",
                ]
            ),
            (
                "ingesterd.1",
                [
                    "belfry_callbacks_total", "belfry_executions_finished_total", "belfry_reports_ignored_total",
                    "belfry_messages_handled_total", "belfry_batch_size_bucket", "belfry_dead_letters_total",
                    "belfry_redeliveries_total",
                ]
            ),
            ("reaperd.1", ["belfry_expiries_total"]), ("consoled.1", []),
        ])
        func `every program serves its health pages and its metrics`(
            program: String, names: [String]
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "health-\(program.dropLast(2))"
            let fields: [String: JSONValue] = [
                "invocation_target": .string("\(service.url)/succeed"), "schedule": .string("rate(1 second)"),
            ]
            try await belfry.put(job, fields)
            let webhook = try #require(try await service.webhooks(of: job).first)
            try await belfry.pause(job, fields)
            _ = try await EndToEnd.ended(webhook.executionID)
            for page in ["healthz", "readyz"] { #expect(try await belfry.health(program, page).status == 200) }
            // Either ticker may hold the baton.
            let programs = program == "tickerd.1" ? ["tickerd.1", "tickerd.2"] : [program]
            var pages = ""
            for program in programs { pages += try await belfry.health(program, "metrics").text }
            for name in names + ["belfry_broker_reconnects_total"] { #expect(pages.contains(name), "\(name)") }
        }

        @Test func `every log line about an execution contains its id`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "logged", ["invocation_target": .string("\(service.url)/status/404"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run("logged")
            _ = try await EndToEnd.ended(id)
            for (program, line) in [
                ("consoled.1", "run requested"), ("dispatcherd.1", "run requested"),
                ("courierd.1", "not delivered, no attempt follows"), ("ingesterd.1", "execution changed"),
            ] {
                let lines = try belfry.log(program).split(separator: "\n").filter { $0.contains(line) }
                #expect(lines.contains { $0.contains("execution_id=\(id)") }, "\(program)")
                #expect(lines.allSatisfy { $0.contains("execution_id=") }, "\(program)")
            }
        }
    }
}
