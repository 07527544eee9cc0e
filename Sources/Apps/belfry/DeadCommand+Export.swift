import ArgumentParser
import Commands
import JSON
import JobCore

extension DeadCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes dead letters with their bodies as JSON Lines. The letters stay where they are.",
            discussion: """
                `belfry dead replay --from FILE` reads what it writes. Letters hold payloads and tokens, so keep the \
                file as you keep those. With --output the file is there as a whole or not at all, and only its owner \
                may read it.
                """)
        @OptionGroup var options: DeadClientOptions
        @OptionGroup(title: "Filters") var filters: DeadFilterOptions
        @Option(
            help: "The file to write instead of standard output.", completion: .file(), transform: Arguments.notEmpty)
        var output: String?

        func run() async throws {
            let pages = DeadPages(
                client: try options.client(), path: "/dead-letters:export", conditions: filters.conditions)
            let file = try output.map(NewFile.init)
            let interruption = await Interruption.watch()
            var (count, cutIDs) = (0, [String]())
            try await pages.forEach(limit: DeadPages.pageLimit) { letters in
                guard !interruption.isRequested else { throw Refused("stopped before the end") }
                for letter in letters {
                    if let file { try file.write(line: letter.text) } else { Output.line(letter.text) }
                    if letter["body_is_cut"] == .bool(true) { cutIDs.append(letter["id"]?.cell ?? "-") }
                }
                count += letters.count
                return DeadPages.pageLimit
            }
            try file?.finish()
            Output.note("exported \(count) \(count == 1 ? "dead letter" : "dead letters")")
            guard cutIDs.isEmpty else {
                throw Refused(
                    lines: ["\(cutIDs.count) bodies are too large and were cut off; do not drop these letters:"]
                        + cutIDs.prefix(100).map { "  \($0)" })
            }
        }
    }
}
