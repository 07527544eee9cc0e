import Foundation
import JSON
import JobCore
import TestServers
import Testing

extension EndToEnd {
    @Suite struct ExplainTests {
        @Test(arguments: [
            (["cron(0 8 30 FEB ? *)"], "At 08:00 on day 30 of the month in February (UTC). It never occurs."),
            (
                ["at(2020-01-31T08:00:00)", "--from", "2026-01-01T00:00:00Z"],
                "On 2020-01-31 at 08:00:00 (UTC). It never occurs after 2026-01-01T00:00:00Z."
            ),
        ])
        func `explain says that a schedule never occurs`(arguments: [String], sentence: String) async throws {
            let explained = try await Program.run("\(Project.bin)/belfry", ["explain"] + arguments + ["--json"])
            let value = try JSONValue.parse(Array(explained.output.utf8))
            #expect(explained.status == 0 && value["valid"] == .bool(true) && value["error"] == .null)
            #expect(value["sentence"]?.string == sentence && value["occurrences"] == .array([]))
            let text = try await Program.run("\(Project.bin)/belfry", ["explain"] + arguments)
            #expect(text.status == 0 && text.output == sentence + "\n")
        }
    }
}
