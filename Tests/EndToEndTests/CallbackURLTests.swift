import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// Services call back to the URL of `BELFRY_CALLBACK_BASE_URL`, which must lead to every endpoint.
    @Suite struct CallbackURLTests {
        @Test func `a courier warns if its callback URL leads to one of several endpoints, and names the URL`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            var script = try String(contentsOfFile: "\(belfry.home)/stages/ingesterd.1", encoding: .utf8)
            for variable in ["BELFRY_HEALTH_LISTEN", "BELFRY_CALLBACK_LISTEN"] {
                let own = try belfry.setting(variable, of: "ingesterd.1")
                script = script.replacing("\(variable)=\(own)", with: "\(variable)=127.0.0.1:\(try Project.freePort())")
            }
            let second = URL(filePath: "\(belfry.home)/stages/ingesterd.2")
            try Data(script.utf8).write(to: second)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: second.path)
            try await belfry.startProgram("ingesterd.2")
            _ = try await until("a second endpoint is ready", withinSeconds: 20) {
                try await belfry.readiness("ingesterd.2").status == 200 ? true : nil
            }
            kill(belfry.pid("courierd.1"), SIGTERM)
            _ = try await until("the courier has ended", withinSeconds: 30) {
                belfry.isAlive("courierd.1") ? nil : true
            }
            try await belfry.startProgram("courierd.1")
            let url = try belfry.setting("BELFRY_CALLBACK_BASE_URL", of: "courierd.1")
            let line = try await until("the warning", withinSeconds: 20) {
                try belfry.log("courierd.1").split(separator: "\n").first {
                    $0.contains("BELFRY_CALLBACK_BASE_URL leads to one of several callback endpoints")
                }
            }
            #expect(line.contains(" warning courierd: ") && line.contains("callback_base_url=\(url) endpoints=2"))
            kill(belfry.pid("ingesterd.2"), SIGTERM)
            _ = try await until("it has ended", withinSeconds: 30) { belfry.isAlive("ingesterd.2") ? nil : true }
            try FileManager.default.removeItem(at: second)
        }
    }
}
