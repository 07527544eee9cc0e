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

        @Test func `the settings of an installation have the addresses, the secrets and the pids of its programs`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let names = [
                "BELFRY_API_URL", "BELFRY_API_KEY", "BELFRY_DOOR_URL", "BELFRY_CALLBACK_URL", "BELFRY_AMQP_URL",
                "BELFRY_STORE_URL", "BELFRY_SIGNING_KEYS", "BELFRY_BIN", "BELFRY_PIDS", "BELFRY_SERVICE_AMQP_URL",
            ]
            for name in names { #expect(belfry.settings[name]?.isEmpty == false, "\(name)") }
            #expect(belfry.settings["BELFRY_DOOR_URL"] == belfry.settings["BELFRY_CALLBACK_URL"])
            let bin = try #require(belfry.settings["BELFRY_BIN"])
            #expect(FileManager.default.isExecutableFile(atPath: "\(bin)/belfry"))
            let folder = try #require(belfry.settings["BELFRY_PIDS"])
            let programs = [
                "tickerd.1", "tickerd.2", "dispatcherd.1", "courierd.1", "ingesterd.1", "reaperd.1", "consoled.1",
            ]
            for program in programs {
                let text = try String(contentsOfFile: "\(folder)/\(program)", encoding: .utf8)
                let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
                #expect(pid > 0 && FileManager.default.fileExists(atPath: "/proc/\(pid)/exe"), "\(program)")
            }
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
