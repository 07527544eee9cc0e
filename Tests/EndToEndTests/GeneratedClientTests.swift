import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: a client that is generated from the document of the admin API manages jobs.
    @Suite struct GeneratedClientTests {
        @Test func `a generated client puts, runs, cancels, lists and deletes jobs, and reads errors`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let python = try await Program.script("python", ["openapi"]).trimmingCharacters(in: .whitespacesAndNewlines)
            let finished = try await Program.run(
                python,
                [
                    "\(Project.root)/Tests/Python/generated_client.py", try #require(belfry.settings["BELFRY_API_URL"]),
                    folder.path, service.url,
                ], environment: ["BELFRY_API_KEY": belfry.settings["BELFRY_API_KEY"] ?? ""])
            #expect(finished.status == 0, "\(finished.output) \(finished.errors)")
        }
    }
}
