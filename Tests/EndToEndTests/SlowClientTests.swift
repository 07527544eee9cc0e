import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Clients that are slow or silent, however many, keep nobody else from the callback endpoint and the admin API.
    @Suite struct SlowClientTests {
        /// Clients of a port that stay in the middle of a request, and those that begin none.
        private func attackers(_ count: Int, on port: Int) throws -> [RawConnection] {
            try (0..<count).map { index in
                let client = try RawConnection(port: port)
                switch index % 3 {
                case 0: break
                case 1: client.send("POST /callback/x HTTP/1.1\r\nHost: ")
                default:
                    client.send(
                        """
                        PUT /services/test/jobs/x HTTP/1.1\r
                        Host: x\r
                        Content-Type: application/json\r
                        Content-Length: 1000\r
                        \r
                        {"async":
                        """)
                }
                return client
            }
        }

        private func port(_ variable: String) async throws -> Int {
            let url = try #require(try await EndToEnd.installation().settings[variable].flatMap(URL.init(string:)))
            return try #require(url.port)
        }

        /// A run whose service calls back is recorded: endpoint, recorder and API all work.
        private func expectARun(_ job: String) async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                job, ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            #expect(try await EndToEnd.ended(try await EndToEnd.run(job))["status"]?.string == "success")
        }

        @Test func `a thousand slow and silent clients of each port keep no run from its end`() async throws {
            var clients: [RawConnection] = []
            for variable in ["BELFRY_API_URL", "BELFRY_CALLBACK_URL"] {
                clients += try attackers(1_000, on: try await port(variable))
            }
            try await expectARun("slow-clients")
            #expect(clients.count == 2_000)
        }

        @Test(arguments: ["ingesterd.1", "consoled.1"])
        func `a program that may open 256 files serves its clients beside a thousand silent ones`(
            program: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            func restart(_ openFilesMax: Int?) async throws {
                belfry.killProgram(program)
                try await belfry.untilEnded(program)
                try await belfry.startProgram(program, openFilesMax: openFilesMax)
                try await belfry.untilReady(program)
            }
            try await restart(256)
            let limits = try String(contentsOfFile: "/proc/\(belfry.pid(program))/limits", encoding: .utf8)
            #expect(limits.contains(#/Max open files +256 +256/#))
            let variable = program == "consoled.1" ? "BELFRY_API_URL" : "BELFRY_CALLBACK_URL"
            let clients = try attackers(1_000, on: try await port(variable))
            try await expectARun("few-files")
            #expect(try await belfry.readiness(program).status == 200)
            #expect(clients.contains { $0.read().isClosed }, "the oldest made room")
            try await restart(nil)
        }
    }
}
