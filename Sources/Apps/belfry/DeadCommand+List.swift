import ArgumentParser
import Commands
import Foundation
import JSON
import JobCore

extension DeadCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists dead letters, queue by queue, the oldest of a queue first.",
            discussion: """
                AGE is the time since a letter became a dead letter last. On a terminal, long texts are cut; \
                `belfry dead peek ID` shows all of a letter.
                """)
        @OptionGroup var options: DeadClientOptions
        @OptionGroup(title: "Filters") var filters: DeadFilterOptions
        @Option(help: "How many letters to list, 1 to 10000.", transform: Arguments.number(1...10_000)) var limit = 100
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let pages = DeadPages(client: try options.client(), path: "/dead-letters", conditions: filters.conditions)
            var letters: [JSONValue] = []
            let more = try await pages.forEach(limit: limit) { page in
                letters += page
                return letters.count < limit ? min(100, limit - letters.count) : 0
            }
            if json {
                let fields: [String: JSONValue] = [
                    "count": .integer(Int64(letters.count)), "results": .array(letters),
                    "paging": .object(["more": more.map(JSONValue.string) ?? .null]),
                ]
                return Output.line(JSONValue.object(fields).text)
            }
            guard !letters.isEmpty else {
                return Output.note(filters.conditions.isEmpty ? "There is no dead letter." : "No dead letter matches.")
            }
            let now = SystemTime().now()
            Output.table(LetterTable.header, letters.map { LetterTable.row($0, now: now) }, whole: ["JOB"])
            if more != nil { Output.note("There are more: give --limit or filters.") }
        }
    }
}
