import Commands
import Foundation
import JSON

/// Replays or drops dead letters of the queues, pass by pass.
struct DeadAction {
    var verb: DeadVerb
    var client: APIClient
    var choice: DeadChoiceOptions
    var ratePerSecond: Int?

    private static let stuckLine = "the admin API leads to the same place again and again, and nothing happens there"

    /// Asks if a person should decide, and does it. Throws ``Refused`` if anything stays undone.
    func run() async throws {
        var (before, total): (JSONValue?, Int?)
        if Terminal.asks, !choice.yes, !choice.dryRun {
            let (counted, end) = try await carryOut(LetterPasses(limit: choice.limit, isDryRun: true), nil, nil)
            guard end == .complete, counted.done > 0 else { return try finish(counted, end) }
            (before, total) = (counted.before, counted.done)
            if counted.done > 1 {
                let question = "\(verb.rawValue.capitalized) \(counted.done) dead letters?"
                guard Terminal.confirms(question) else { throw Refused("nothing was \(verb.past)") }
            }
        }
        let passes = LetterPasses(
            limit: choice.limit, ratePerSecond: ratePerSecond, isDryRun: choice.dryRun, before: before)
        let progress = DeadProgress(total: total, json: choice.json)
        let (result, end) = try await carryOut(passes, progress, await Interruption.watch())
        progress.end()
        try finish(result, end)
    }

    private func finish(_ passes: LetterPasses, _ end: DeadEnd) throws {
        let rest = ["the others stay where they are; the same command goes on with them"]
        let missing = end == .complete && passes.matched == 0 ? choice.id : nil
        if missing == nil || choice.json {
            try DeadReport(verb: verb, json: choice.json).finish(passes, end, rest: rest)
        }
        guard let missing else { return }
        throw Refused(lines: [
            "there is no dead letter \(missing)",
            "  next: belfry dead list shows those there are; one that was replayed or dropped is gone",
        ])
    }

    private func carryOut(
        _ start: LetterPasses, _ progress: DeadProgress?, _ interruption: Interruption?
    ) async throws -> (LetterPasses, DeadEnd) {
        var (passes, patience, isFirst) = (start, DeadPatience(), true)
        while interruption?.isRequested != true {
            let answer: APIClient.Answer
            do {
                let fields = choice.conditions.fields.merging(passes.fields) { $1 }
                answer = try await patience.send("POST", verb.path, .object(fields), client)
            } catch let refusal as Refused {
                // A pass may be made again: it has the same `before`, so it takes no letter that came back since. But
                // what it has done is not known, so a limit could not be kept.
                guard !isFirst, choice.limit == nil, try await patience.waits(interruption) else {
                    return (passes, .failed(refusal.lines))
                }
                continue
            }
            // The letter behind which the pass should begin has been taken by someone else.
            if answer.status == 409, passes.more != nil, passes.restart() == .next { continue }
            guard (200..<300).contains(answer.status) else {
                return (passes, .failed(APIClient.refusal(answer, verb.path).lines))
            }
            let pass: LetterPassAnswer
            do {
                pass = try LetterPassAnswer(reading: answer.body)
            } catch {
                return (passes, .failed(["\(error)"]))
            }
            isFirst = false
            let step = passes.note(pass)
            progress?.show(passes, after: pass)
            switch step {
            case .next: continue
            case .over: return (passes, .complete)
            case .stuck: return (passes, .failed([Self.stuckLine]))
            }
        }
        return (passes, .interrupted)
    }
}
