import ArgumentParser
import Commands
import Messaging

/// The options that `replay` and `drop` have in common.
struct DeadChoiceOptions: ParsableArguments {
    @Argument(help: "The id of one letter.", transform: Arguments.deadLetterID) var id: DeadLetterID?
    @OptionGroup(title: "Filters") var filters: DeadFilterOptions
    @Flag(help: "All letters of all queues.") var all = false
    @Option(help: "The most letters, oldest of a queue first.", transform: Arguments.number(1...1_000_000_000))
    var limit: Int?
    @Flag(help: "Only say what would be done.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Do not ask. Without a terminal, --all requires it.") var yes = false
    @Flag(help: "Print JSON: an object a line for each pass, and one with the sums at the end.") var json = false

    /// The letters that are meant.
    var conditions: LetterConditions { id.map { LetterConditions(id: $0) } ?? filters.conditions }

    /// Checks that the letters are chosen in one way only. `file` is another way.
    func check(file: String? = nil) throws {
        let choices = [id != nil, !filters.conditions.isEmpty, all, file != nil].count { $0 }
        let ways = "an id, filters, --all\(file == nil ? "" : " or --from")"
        guard choices > 0 else { throw ValidationError("say which letters: give an id, filters, or --all") }
        guard choices == 1 else { throw ValidationError("give only one of \(ways)") }
        guard !all || yes || dryRun || Terminal.asks else {
            throw ValidationError("give --yes with --all, since there is no terminal to ask on")
        }
    }
}
