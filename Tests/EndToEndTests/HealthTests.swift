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

        @Test(arguments: [
            "tickerd.1", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1", "deadletterd.1",
        ])
        func `every program shows its version and its commit in its first log line, its metrics and --version`(
            program: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let name = String(program.dropLast(2))
            let shown = try await Program.run("\(Project.bin)/\(name)", ["--version"])
            let build = try #require(shown.output.wholeMatch(of: #/(\w+) (0\.\d+\.\d+) \(commit (\S+)\)\n/#))
            #expect(shown.status == 0 && build.1 == name)
            let first = try #require(try belfry.log(program).split(separator: "\n").first)
            #expect(first.contains(": starting "), "\(first)")
            #expect(first.contains(" commit=\(build.3) ") && first.contains(" version=\(build.2)"), "\(first)")
            let page = try await belfry.health(program, "metrics").text
            #expect(page.contains("belfry_build_info{commit=\"\(build.3)\",version=\"\(build.2)\"} 1.0\n"))
        }

        @Test func `a program that is ready answers belfry ready with 0, and one that is not there with 1`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let address = try belfry.setting("BELFRY_HEALTH_LISTEN", of: "reaperd.1")
            let port = try #require(address.split(separator: ":").last)
            let ready = try await Program.run(
                "\(Project.bin)/belfry", ["ready"], environment: ["BELFRY_HEALTH_LISTEN": "0.0.0.0:\(port)"])
            #expect(ready.status == 0 && ready.output == "ready\n", "\(ready.errors)")
            let unused = try Project.freePort()
            let absent = try await belfry.belfry(["ready", "--health-listen", "127.0.0.1:\(unused)"])
            #expect(absent.status == 1 && absent.errors.contains("no answer from http://127.0.0.1:\(unused)/readyz"))
            let unset = try await belfry.belfry(["ready"])
            #expect(unset.status == 2 && unset.errors.contains("BELFRY_HEALTH_LISTEN) is required"))
        }

        @Test func `a program tells systemd that it is ready, that it lives, and that it stops`() async throws {
            let belfry = try await EndToEnd.installation()
            let receiver = try NoticeReceiver()
            try await belfry.endProgram("tickerd.2")
            try await belfry.startProgram(
                "tickerd.2", environment: ["NOTIFY_SOCKET": receiver.path, "WATCHDOG_USEC": "200000"])
            var notices: [String] = []
            func untilTold(_ notice: String) async throws {
                _ = try await until("the notice \(notice)", withinSeconds: 20) {
                    notices += receiver.notices()
                    return notices.contains(notice) ? true : nil
                }
            }
            try await untilTold("READY=1")
            #expect(notices.contains("STATUS=ready to work"))
            notices = []
            try await untilTold("WATCHDOG=1")
            kill(belfry.pid("tickerd.2"), SIGTERM)
            try await untilTold("STOPPING=1")
            try await belfry.untilEnded("tickerd.2")
            try await belfry.startProgram("tickerd.2")
            try await belfry.untilReady("tickerd.2", withinSeconds: 20)
        }

        @Test func `a program tells systemd that it stops before it finishes what it has begun`() async throws {
            let belfry = try await EndToEnd.installation()
            let receiver = try NoticeReceiver()
            let service = ListeningSocket()
            try await belfry.endProgram("courierd.1")
            try await belfry.startProgram("courierd.1", environment: ["NOTIFY_SOCKET": receiver.path])
            try await belfry.put(
                "unanswered",
                [
                    "invocation_target": .string("http://127.0.0.1:\(service.port)/"), "schedule": EndToEnd.never,
                    "timeout_seconds": .integer(20), "retry": .object(["max_attempts": .integer(1)]),
                ])
            _ = try await EndToEnd.run("unanswered")
            let webhook = try await until("the webhook has arrived", withinSeconds: 20) {
                let connection = accept(service.descriptor, nil, nil)
                return connection >= 0 ? connection : nil
            }
            kill(belfry.pid("courierd.1"), SIGTERM)
            _ = try await until("the notice", withinSeconds: 10) {
                receiver.notices().contains("STOPPING=1") ? true : nil
            }
            #expect(belfry.isAlive("courierd.1"), "the webhook is not answered yet")
            close(webhook)
            try await belfry.untilEnded("courierd.1")
            try await belfry.startProgram("courierd.1")
            try await belfry.untilReady("courierd.1", withinSeconds: 20)
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
