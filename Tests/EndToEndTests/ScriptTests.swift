import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// The scripts do not depend on what the shell they are started from has read or set.
    @Suite struct ScriptTests {
        @Test func `an installation does not use the service broker of another one that the shell has read`()
            async throws
        {
            let stale = "amqp://belfry-services:old@127.0.0.1:1/services"
            let belfry = try await Installation.start(
                "stale-shell", environment: ["BELFRY_SERVICE_AMQP_URL": stale])
            let port = try await Program.run("/bin/cat", ["\(belfry.home)/broker-port"]).output.dropLast()
            let url = try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"])
            #expect(url.hasPrefix("amqp://belfry-services:") && url.hasSuffix("@127.0.0.1:\(port)/services"), "\(url)")
            for program in ["courierd.1", "consoled.1"] {
                #expect(try belfry.setting("BELFRY_SERVICE_AMQP_URL", of: program) == url)
            }
            try await belfry.stop()
        }

        @Test(arguments: ["", "example.com", "example.com,127.0.0.1", "*"])
        func `requests of the scripts to this machine go past a proxy`(exceptions: String) async throws {
            let service = try await EndToEnd.service()
            let proxy = "http://127.0.0.1:1/"
            let script = """
                . '\(Project.root)/Scripts/environment'
                curl -sS -o /dev/null -w '%{http_code} ' -X POST '\(service.url)/silent'
                python3 -c "import urllib.request as u; print(*map(bool, map(u.proxy_bypass, ('127.0.0.1', 'a.org'))))"
                """
            let finished = try await Program.run(
                "/bin/bash", ["-c", script],
                environment: [
                    "http_proxy": proxy, "HTTP_PROXY": proxy, "ALL_PROXY": proxy, "NO_PROXY": exceptions,
                    "no_proxy": exceptions,
                ])
            #expect(finished.output == "400 True \(exceptions == "*" ? "True" : "False")\n", "\(finished)")
        }

        @Test func `the server that speaks SQS ends if the process that started it ended before it was up`()
            async throws
        {
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            let port = try Project.freePort()
            // The pid of a process that is not its parent.
            let finished = try await Program.run(
                "/usr/bin/timeout", ["60", python, "\(Project.root)/Tests/Python/sqs_server.py", "\(port)", "1"])
            #expect(finished.status == 0 && !finished.wasKilled, "\(finished)")
        }
    }
}
