import Foundation
import JSON
import Messaging
import TestServers
import Testing

/// Guarantee: recorders with one store in PostgreSQL share the lines of reports, and one takes over from another.
@Suite(.timeLimit(.minutes(3))) struct RecorderTests {
    private static let recorders = ["ingesterd.1", "ingesterd.2"]

    @Test func `two recorders end up with two lines each, and the second takes those of the first when it is killed`()
        async throws
    {
        let belfry = try await Installation.start("recorders", scale: "ingesterd=2", store: "postgres")
        do {
            for recorder in Self.recorders { try await untilActive(on: 2, recorder, in: belfry) }
            belfry.killProgram(Self.recorders[0])
            try await untilActive(on: 4, Self.recorders[1], in: belfry)
            try await belfry.startProgram(Self.recorders[0])
            for recorder in Self.recorders { try await untilActive(on: 2, recorder, in: belfry) }
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
    }

    /// Waits until reports of exactly this many lines were handled within some seconds. Each line has a sign of life
    /// every second.
    private func untilActive(on count: Int, _ recorder: String, in belfry: Installation) async throws {
        _ = try await until("\(recorder) is active on \(count) lines") {
            let before = try await handled(by: recorder, in: belfry)
            try await Task.sleep(for: .seconds(3))
            let after = try await handled(by: recorder, in: belfry)
            return after.count { $0.value != before[$0.key] } == count ? true : nil
        }
    }

    /// The number of messages of each line that a recorder has handled.
    private func handled(by recorder: String, in belfry: Installation) async throws -> [Substring: Substring] {
        guard let page = try? await belfry.health(recorder, "metrics"), page.status == 200 else { return [:] }
        let lines = page.text.split(separator: "\n").filter {
            $0.hasPrefix("belfry_messages_handled_total{") && $0.contains("ingester.reports.")
        }
        return Dictionary(lines.compactMap { line in line.lastIndex(of: " ").map { (line[..<$0], line[$0...]) } }) {
            $1
        }
    }
}
