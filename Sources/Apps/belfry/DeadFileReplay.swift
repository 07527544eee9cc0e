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
        if count > 1, Terminal.asks, !choice.yes, !choice.dryRun {
            guard Terminal.confirms("Replay \(count) dead letters of \(file.name)?") else {
                throw Refused("nothing was replayed")
            }
        }
        let interruption = await Interruption.watch()
        let progress = DeadProgress(total: count, json: choice.json)
        var passes = LetterPasses(limit: choice.limit, isDryRun: choice.dryRun)
        var patience = DeadPatience()
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
                let pass = try await publish(letter, &patience, sent > 0 ? interruption : nil)
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

    /// Sends one letter. While the API is unavailable it is sent again, if the wait can be interrupted; the letter may
    /// then be published twice, with the same id. Throws ``Refused`` or `LetterAnswerFault`.
    private func publish(
        _ letter: LetterFile.Letter, _ patience: inout DeadPatience, _ interruption: Interruption?
    ) async throws -> LetterPassAnswer {
        let body = JSONValue.object(["letter": letter.value, "dry_run": .bool(choice.dryRun)])
        while true {
            let answer: APIClient.Answer
            do {
                answer = try await patience.send("POST", DeadVerb.replay.path, body, client)
            } catch let refusal as Refused {
                guard try await patience.waits(interruption), interruption?.isRequested != true else { throw refusal }
                continue
            }
            guard (200..<300).contains(answer.status) else { throw APIClient.refusal(answer, DeadVerb.replay.path) }
            return try LetterPassAnswer(reading: answer.body)
        }
    }

    private func finish(_ passes: LetterPasses, _ end: DeadEnd, rest: [String]) throws {
        try DeadReport(verb: .replay, json: choice.json).finish(passes, end, rest: rest)
    }
}
