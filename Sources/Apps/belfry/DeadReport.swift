import Commands
import JSON

/// Says what was done with dead letters.
struct DeadReport {
    var verb: DeadVerb
    var json: Bool

    /// Prints the sums and the failures. Throws ``Refused`` if letters stay that should not, or the command was not
    /// carried out to its end; `rest` says how to go on.
    func finish(_ passes: LetterPasses, _ end: DeadEnd, rest: [String]) throws(Refused) {
        if json {
            var fields = passes.totals.merging(["event": .string("end"), "end": .string(end.name)]) { $1 }
            fields["failures"] = .array(passes.failures.map(\.json))
            Output.line(JSONValue.object(fields).text)
        } else {
            Output.line(sums(passes, isComplete: end == .complete))
        }
        var lines: [String] = []
        switch end {
        case .complete: break
        case .interrupted: lines += ["stopped before the end"] + rest
        case .failed(let reasons): lines += reasons + rest
        }
        if passes.failed > 0 {
            lines.append("\(letters(passes.failed)) cannot be \(verb.past) and stay where they are:")
            lines += passes.failures.map { "  \($0.id)  \($0.queue)  \($0.code): \($0.message); \($0.advice)" }
            let unnamed = passes.failed - passes.failures.count
            if unnamed > 0 { lines.append("  and \(unnamed) more") }
        }
        guard lines.isEmpty else { throw Refused(lines: lines) }
    }

    private func sums(_ passes: LetterPasses, isComplete: Bool) -> String {
        if isComplete, passes.matched == 0, passes.done == 0 {
            return "there is no such dead letter, so there is nothing to \(verb.rawValue)"
        }
        let isLimited = passes.limit.map { passes.done >= $0 } ?? false
        let limit = isLimited ? ", which is the limit" : ""
        return passes.isDryRun
            ? "would \(verb.rawValue) \(letters(passes.done))\(limit)" : "\(verb.past) \(letters(passes.done))\(limit)"
    }

    private func letters(_ count: Int) -> String { count == 1 ? "1 dead letter" : "\(count) dead letters" }
}
