import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: while the broker is unavailable, callbacks and requests are answered with 503 within a second; later
    /// with 202, and what got a 202 is recorded.
    @Suite struct UnavailableBrokerTests {
        enum Fault: String, CaseIterable {
            case alarm, frozen, killed

            func begin(_ belfry: Installation) async throws {
                switch self {
                case .alarm: try await Self.setMemoryLimit(belfry, ["0.0001"])
                case .frozen: try await freeze(Self.brokerPid(belfry))
                case .killed: try await belfry.broker("kill")
                }
            }

            func end(_ belfry: Installation) async throws {
                switch self {
                case .alarm: try await Self.setMemoryLimit(belfry, ["absolute", "2GB"])
                case .frozen: kill(try Self.brokerPid(belfry), SIGCONT)
                case .killed: try await belfry.broker("start")
                }
            }

            private static func setMemoryLimit(_ belfry: Installation, _ limit: [String]) async throws {
                try await Program.script(
                    "broker", ["ctl", "\(belfry.home)/broker", "set_vm_memory_high_watermark"] + limit)
            }

            private static func brokerPid(_ belfry: Installation) throws -> pid_t {
                let text = try String(contentsOfFile: "\(belfry.home)/broker/node.pid", encoding: .utf8)
                guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                    throw TestFailure("the broker has no pid")
                }
                return pid
            }
        }

        @Test(arguments: Fault.allCases)
        func `callbacks get a 503 within a second while the broker is unavailable, and a 202 afterwards`(
            fault: Fault
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let job = "unavailable-\(fault.rawValue)"
            try await belfry.put(
                job,
                [
                    "invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never,
                    "ttl_seconds": .integer(600), "heartbeat_interval_seconds": .integer(60),
                ])
            let id = try await EndToEnd.run(job)
            let webhook = try await until("the webhook arrives") { try await service.webhooks(of: job).first }
            let url = try #require(webhook.body["callback_url"]?.string)
            func answers(_ method: String, _ url: String, _ body: String, _ headers: [String: String] = [:])
                async throws -> (status: Int, seconds: Double)
            {
                let clock = ContinuousClock.now
                let answer = try await belfry.http(method, url, body: body, headers: headers)
                return (answer.status, (ContinuousClock.now - clock) / .seconds(1))
            }
            try await fault.begin(belfry)
            for _ in 0..<20 {
                let answer = try await answers("POST", url, #"{"status": "processing", "progress": 7}"#)
                #expect(answer.status == 503 && answer.seconds < 1.2, "\(answer)")
                let run = try await answers(
                    "POST", "\(belfry.settings["BELFRY_API_URL", default: ""])/services/test/jobs/\(job)/run",
                    "{}", ["Authorization": "Bearer \(belfry.settings["BELFRY_API_KEY", default: ""])"])
                #expect(run.status == 503 && run.seconds < 1.2, "\(run)")
                try await Task.sleep(for: .milliseconds(150))
            }
            try await fault.end(belfry)
            _ = try await until("the callback is taken") {
                try await answers("POST", url, #"{"status": "success", "summary": "late"}"#).status == 202 ? true : nil
            }
            let ended = try await EndToEnd.ended(id)
            #expect(ended["status"]?.string == "success" && ended["summary"]?.string == "late")
            // Each program has connections of its own: the tests that follow need all of them.
            for program in ["tickerd.1", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1"] {
                try await belfry.untilReady(program)
            }
        }
    }
}
