import Commands
import JSON

/// Replays the letters of a file that `belfry dead export` has written, one after the other.
struct DeadFileReplay {
    var client: APIClient
    var choice: DeadChoiceOptions
    var ratePerSecond: Int?

    /// Checks the whole file first; a mistake in it throws `InvalidFiles`, and nothing is sent. Throws ``Refused`` if
    /// anything stays undone.
    func run(_ path: String) async throws {
        let file = try LetterFile(path)
        let count = min(try file.check(), choice.limit ?? .max)
        if choice.dryRun || count == 0 { return try finish(planned(count), .complete, rest: []) }
        if count > 1, Terminal.asks, !choice.yes {
            guard Terminal.confirms("Replay \(count) dead letters of \(file.name)?") else {
                throw Refused("nothing was replayed")
            }
        }
        let interruption = await Interruption.watch()
        let progress = DeadProgress(total: count, json: choice.json)
        var passes = LetterPasses(limit: choice.limit)
        var (end, nextLine, sent) = (DeadEnd.complete, 1, 0)
        let start = ContinuousClock.now
        let send: (LetterFile.Letter) async throws -> Bool = { letter in
            nextLine = letter.line
            guard sent < count else { return false }
            if let ratePerSecond { try await interruption.sleep(until: start + Duration.seconds(sent) / ratePerSecond) }
            guard !interruption.isRequested else {
                end = .interrupted
                return false
            }
            do {
                let body = JSONValue.object(["letter": letter.value])
                let pass = try LetterPassAnswer(
                    reading: try await client.done("POST", DeadVerb.replay.path, body: body))
                _ = passes.note(pass)
                progress.show(passes, after: pass, line: letter.line)
            } catch let refusal as Refused {
                end = .failed(["\(file.name):\(letter.line): \(refusal.lines.first ?? "")"] + refusal.lines.dropFirst())
            } catch let fault as LetterAnswerFault {
                end = .failed(["\(file.name):\(letter.line): \(fault)"])
            }
            sent += 1
            return end == .complete
        }
        do {
            try await file.forEach(send)
        } catch let fault as FileFault {
            end = .failed(["\(fault)"])
        }
        progress.end()
        let rest = ["to go on: tail -n +\(nextLine) FILE | belfry dead replay --from -"]
        try finish(passes, end, rest: rest)
    }

    /// What a dry run says: the file was checked, and the API is not asked.
    private func planned(_ count: Int) -> LetterPasses {
        var passes = LetterPasses(limit: choice.limit, isDryRun: true)
        _ = passes.note(LetterPassAnswer(scanned: count, matched: count, done: count))
        return passes
    }

    private func finish(_ passes: LetterPasses, _ end: DeadEnd, rest: [String]) throws {
        try DeadReport(verb: .replay, json: choice.json).finish(passes, end, rest: rest)
    }
}
