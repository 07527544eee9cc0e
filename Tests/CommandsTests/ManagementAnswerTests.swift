import Foundation
import Hummingbird
import Synchronization
import TestServers
import Testing

/// Guarantee: an answer of the management API that can't be read is never taken for a broker that has nothing.
@Suite struct `An answer of the management API` {
    @Test(arguments: [
        #"[{"name":"belfry-tickerd"}"#, "<html>", #"{"name":"belfry-tickerd"}"#, "",
        "[" + String(repeating: " ", count: 17 << 20) + "]",
    ])
    func `is refused if it is no complete list, and nothing is imported`(body: String) async throws {
        let changes = Mutex(0)
        let port = Mutex(0)
        let router = Router()
        router.get("**") { _, _ in body }
        router.post("**") { _, _ in
            changes.withLock { $0 += 1 }
            return ""
        }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in
                    port.withLock { $0 = channel.localAddress?.port ?? 0 }
                    continuation.resume()
                })
            Task { _ = try? await application.run() }
        }
        for command in [["apply"], ["apply", "--replace"], ["check"]] {
            let finished = try await Program.run(
                "\(Project.bin)/belfry", ["topology"] + command,
                environment: [
                    "BELFRY_AMQP_URL": "amqp://nobody:secret@127.0.0.1:1/",
                    "BELFRY_MANAGEMENT_URL": "http://admin:secret@127.0.0.1:\(port.withLock { $0 })",
                ])
            #expect(finished.status == 1 && finished.errors.contains("the management API answered GET /api/"))
            #expect(!finished.errors.contains("secret"))
        }
        #expect(changes.withLock { $0 } == 0)
    }
}
