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
            let settings = [
                "BELFRY_HEALTH_LISTEN": "127.0.0.1:\(try Project.freePort())",
                "BELFRY_CALLBACK_LISTEN": "127.0.0.1:\(try Project.freePort())",
            ]
            try await belfry.with("ingesterd.2", like: "ingesterd.1", settings: settings) {
                try await belfry.untilReady("ingesterd.2", withinSeconds: 20)
                try await belfry.endProgram("courierd.1")
                try await belfry.startProgram("courierd.1")
                let url = try belfry.setting("BELFRY_CALLBACK_BASE_URL", of: "courierd.1")
                let line = try await until("the warning", withinSeconds: 20) {
                    try belfry.log("courierd.1").split(separator: "\n").first {
                        $0.contains("BELFRY_CALLBACK_BASE_URL leads to one of several callback endpoints")
                    }
                }
                #expect(line.contains(" warning courierd: ") && line.contains("callback_base_url=\(url) endpoints=2"))
            }
        }
    }
}
