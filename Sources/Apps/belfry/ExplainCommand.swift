import ArgumentParser
import JSON
import JobCore
import Settings

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains a schedule in plain English and lists its next occurrences. Needs no server.")
    @Argument(help: "An expression such as “rate(5 minutes)”, “cron(0 8 ? * MON-FRI *)” or “at(2026-01-31T08:00:00)”.")
    var expression: String
    @Option(help: "List occurrences after this RFC 3339 time (default now).") var from: String?
    @Option(help: "The time zone, a name of the IANA database.") var timeZone = "UTC"
    @Option(
        help: "The policy for clock changes: skip or shift, first or both.",
        completion: .list(["skip", "shift", "first", "both"]))
    var dst = "skip,first"
    @Option(name: .shortAndLong, help: "How many occurrences to list, 1 to 1000.") var n = 10
    @Flag(help: "Print JSON.") var json = false
    @Option(AllSettings.tzdir) var tzdir: String?

    func run() throws {
        if let tzdir { ZoneDatabase.shared.use(folder: tzdir) }
        guard (1...1_000).contains(n) else { throw ValidationError("-n takes a whole number from 1 to 1000") }
        var start = SystemTime().now()
        if let from {
            guard let instant = Instant(rfc3339: from), Instant.recordable.contains(instant) else {
                throw ValidationError("--from takes an RFC 3339 time from 1970 on, such as 2026-01-31T08:00:00Z")
            }
            start = instant
        }
        guard let policy = DSTPolicy(dst) else {
            throw ValidationError("--dst takes skip or shift, first or both, such as “shift,both”")
        }
        do throws(ScheduleError) {
            let schedule = try Schedule(expression, timeZone: timeZone, dst: policy)
            let explanation = ScheduleExplanation(schedule, after: start, count: n)
            answer(sentence: explanation.sentence, occurrences: explanation.occurrences, error: nil)
        } catch {
            answer(sentence: nil, occurrences: [], error: "\(error.message) \(error.hint)")
            throw ExitCode(1)
        }
    }

    private func answer(sentence: String?, occurrences: [String], error: String?) {
        if json {
            Output.line(
                JSONValue.object([
                    "expression": .string(expression), "valid": .bool(error == nil),
                    "error": error.map(JSONValue.string) ?? .null, "sentence": sentence.map(JSONValue.string) ?? .null,
                    "occurrences": .array(occurrences.map(JSONValue.string)),
                ]).text)
            return
        }
        if let error { return Output.line("\(expression) is not a valid schedule: \(error)") }
        Output.line(sentence ?? "")
        for occurrence in occurrences { Output.line("  \(occurrence)") }
    }
}
