import Foundation
import JSON
import Synchronization
import TestServers
import Testing

/// The real program against an admin API with dead letters in memory.
@Suite struct `belfry dead` {
    private func json(_ text: some StringProtocol) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `lists letters of all pages with their whole ids, up to the limit`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 10)
        api.add(queue: "dispatcher.due", fields: ["reason": .string("unreadable")])
        let all = try await api.dead("list")
        let lines = all.output.split(separator: "\n")
        #expect(all.status == 0 && lines.count == 12 && all.errors.isEmpty, "\(all)")
        #expect(lines[0].hasPrefix("ID ") && lines[10].contains("\(FakeDeadLetterAPI.id(9))  courier.deliveries"))
        #expect(lines[11].contains(#/dispatcher.due +unreadable  billing/a  \d+d  0 +error 10$/#))

        let some = try await api.dead("list", "--limit", "6", "--json")
        #expect(try json(some.output)["count"] == .integer(6))
        #expect(try json(some.output)["paging"]?["more"] == .string("5"))
        let filtered = try await api.dead("list", "--queue", "dispatcher.due", "--reason", "unreadable", "--json")
        #expect(try json(filtered.output)["results"]?.array?.count == 1)
        let none = try await api.dead("list", "--error", "no such & text")
        #expect(none.status == 0 && none.output.isEmpty && none.errors == "No dead letter matches.\n")
    }

    @Test func `shows a letter with its body, and exits with 1 for one that is not there`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(fields: ["body": .string(FakeAdminAPI.hostile), "error": .string(FakeAdminAPI.hostile)])
        let shown = try await api.dead("peek", FakeDeadLetterAPI.id(0))
        #expect(shown.status == 0 && shown.output.contains("error: a\\u001b[2Jb\\nc\\u009bd\\u202ee\\u007f\n"))
        #expect(shown.output.contains("body: 2 bytes, text\n  a\\u001b[2Jb\n  c\\u009bd\\u202ee\\u007f\n"))
        let value = try json(try await api.dead("peek", FakeDeadLetterAPI.id(0), "--json").output)
        #expect(value["body"] == .string(FakeAdminAPI.hostile))
        let missing = try await api.dead("peek", FakeDeadLetterAPI.id(7))
        #expect(missing.status == 1 && missing.errors.contains("There is no dead letter"))
    }

    @Test(arguments: ["replay", "drop"])
    func `goes on until all letters had their turn, and takes none twice`(verb: String) async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 10)
        api.state.withLock { $0.failsAgain = true }
        let planned = try await api.dead(verb, "--all", "--dry-run")
        #expect(planned.status == 0 && planned.output == "would \(verb) 10 dead letters\n")
        #expect(api.state.withLock { $0.published.count + $0.droppedCount } == 0)

        let done = try await api.dead(verb, "--all", "--yes", "--json")
        #expect(done.status == 0 && done.errors.isEmpty, "\(done)")
        let events = try done.output.split(separator: "\n").map { try json($0) }
        #expect(events.map { $0["event"]?.string } == ["pass", "pass", "pass", "end"])
        #expect(events.map { $0["done"] } == [.integer(4), .integer(4), .integer(2), .integer(10)])
        #expect(events.last?["end"] == .string("complete"))
        #expect(api.state.withLock { $0.published.count + $0.droppedCount } == 10)
        let requests = api.state.withLock(\.requests).suffix(3)
        let befores = requests.map { $0["before"] }
        #expect(befores.first == .some(nil) && befores.dropFirst().allSatisfy { $0 == events[0]["before"] })
        #expect(requests.allSatisfy { $0["all"] == .bool(true) && $0["dry_run"] == .bool(false) })
    }

    @Test func `replays by id, by filter, at a rate and up to a limit`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 5)
        api.add(count: 6, fields: ["reason": .string("unreadable")])
        #expect(try await api.dead("replay", FakeDeadLetterAPI.id(3)).output == "replayed 1 dead letter\n")
        let missing = try await api.dead("replay", FakeDeadLetterAPI.id(3))
        let line = "belfry: there is no dead letter \(FakeDeadLetterAPI.id(3))\n  next: belfry dead list shows"
        #expect(missing.status == 1 && missing.output.isEmpty && missing.errors.hasPrefix(line))
        let some = try await api.dead("replay", "--reason", "unreadable", "--limit", "5", "--rate", "3")
        #expect(some.status == 0 && some.output == "replayed 5 dead letters, which is the limit\n")
        let request = try #require(api.state.withLock(\.requests).last)
        #expect(request["rate_per_second"] == .integer(3) && request["limit"] == .integer(1))
        let none = try await api.dead("replay", "--reason", "forbidden")
        #expect(none.status == 0 && none.output.hasPrefix("there is no such dead letter"))
        #expect(api.state.withLock(\.letters.count) == 5)
    }

    @Test func `lists the letters that stay, with what to do, and exits with 1`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 2)
        api.add(failure: "forged_origin")
        api.add(failure: "unroutable")
        for arguments in [["--dry-run"], ["--yes"]] {
            let done = try await api.bash("belfry dead replay --all \(arguments.joined(separator: " "))")
            #expect(done.status == 1 && done.output.contains("2 dead letters"))
            #expect(done.errors.contains("2 dead letters cannot be replayed and stay"), "\(done.errors)")
            #expect(done.errors.contains("\(FakeDeadLetterAPI.id(2))  q  forged_origin: it can't be; "))
            #expect(done.errors.contains("unroutable: it can't be; run belfry topology check"))
        }
    }

    @Test func `waits for an API that is unavailable for a while, once it has begun`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 9)
        api.state.withLock { $0.unavailablePass = 1 }
        let done = try await api.dead("replay", "--all", "--yes")
        #expect(done.status == 0 && done.output == "replayed 9 dead letters\n", "\(done)")
        let requests = api.state.withLock(\.requests)
        #expect(requests.count == 5 && requests[1] == requests[3])

        let other = await FakeDeadLetterAPI.start()
        other.add(count: 9)
        other.state.withLock { $0.unavailablePass = 0 }
        let refused = try await other.dead("drop", "--all", "--yes", "--json")
        #expect(refused.status == 1 && refused.errors.contains("deadletterd gave no answer"))
        #expect(try json(refused.output)["end"] == .string("failed"))
        #expect(other.state.withLock(\.letters.count) == 9)
    }

    @Test func `begins again, and takes no letter twice, where the place of the next pass is gone`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(failure: "unroutable")
        api.add(count: 9)
        api.state.withLock { state in
            state.failsAgain = true
            state.gonePass = 2
        }
        let done = try await api.dead("replay", "--all", "--yes")
        #expect(done.status == 1 && done.output == "replayed 9 dead letters\n", "\(done)")
        #expect(done.errors.contains("belfry: 1 dead letter cannot be replayed"))
        let requests = api.state.withLock(\.requests)
        #expect(requests[3]["more"] == nil && requests[3]["before"] == requests[1]["before"])
        #expect(api.state.withLock(\.published.count) == 9)
    }

    @Test func `stops between two passes at Ctrl-C, and says what was done`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 9)
        api.state.withLock { $0.unavailablePass = 1 }
        // It gets the signal while it waits for the API: the first pass has been printed by then.
        let done = try await api.bash(
            """
            set -m
            belfry() { exec '\(Project.bin)/belfry' "$@"; }
            coproc belfry dead replay --all --yes --json 2>&1
            pid=$COPROC_PID; exec 3<&"${COPROC[0]}"
            read -r first <&3; kill -INT $pid; cat <&3; wait $pid
            """)
        #expect(done.status == 1 && done.output.contains(#""end":"interrupted""#), "\(done)")
        #expect(done.output.contains(#""done":4"#) && done.output.contains("stopped before the end"))
        #expect(api.state.withLock(\.published.count) == 4)
    }

    @Test func `asks on a terminal before it touches more than one letter, and then shows a bar`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 9)
        func onTerminal(_ answer: String, _ arguments: String) async throws -> Finished {
            let command = "stty cols 100; '\(Project.bin)/belfry' dead \(arguments)"
            return try await api.bash("printf '\(answer)\\n' | TERM=xterm script -qec \"\(command)\" /dev/null")
        }
        for answer in ["n", "", "yess"] {
            let refused = try await onTerminal(answer, "drop --all")
            #expect(refused.status == 1 && refused.output.contains("Drop 9 dead letters? [y/N]"), "\(refused)")
            #expect(refused.output.contains("nothing was dropped"))
        }
        #expect(api.state.withLock { $0.requests.allSatisfy { $0["dry_run"] == .bool(true) } })
        let one = try await onTerminal("n", "drop \(FakeDeadLetterAPI.id(0))")
        #expect(one.status == 0 && one.output.contains("dropped 1 dead letter\r\n"), "\(one)")
        let done = try await onTerminal("y", "replay --all --limit 6")
        #expect(done.status == 0 && done.output.contains("Replay 6 dead letters? [y/N]"), "\(done)")
        #expect(done.output.contains("[########################################] 6/6  "))
        #expect(done.output.contains("\r\u{1B}[Kreplayed 6 dead letters, which is the limit\r\n"))
        let requests = api.state.withLock(\.requests).filter { $0["dry_run"] == .bool(false) }
        #expect(requests.count == 3 && requests.allSatisfy { $0["before"] != nil })
        let rest = try await onTerminal("n", "replay --all --yes")
        #expect(rest.status == 0 && !rest.output.contains("[y/N]") && rest.output.contains("replayed 2 dead letters"))
        api.add(count: 1, fields: ["error": .string(String(repeating: "long ", count: 50))])
        let listed = try await onTerminal("", "list")
        #expect(listed.output.contains("…\r\n"), "\(listed)")
    }

    @Test func `exports what replay reads, byte for byte`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 5)
        api.add(fields: ["body": .string(FakeAdminAPI.hostile), "error": .null])
        api.add(fields: ["body": .null, "body_base64": .string("/wBB")])
        let letters = api.state.withLock { state in
            state.letters.sorted { $0.key < $1.key }.map { JSONValue.object($0.value.document) }
        }
        let piped = try await api.bash("belfry dead export | belfry dead replay --from -")
        #expect(piped.status == 0 && piped.output == "replayed 7 dead letters\n", "\(piped)")
        #expect(api.state.withLock(\.published) == letters)

        let files = try TemporaryFiles()
        let exported = try await api.dead("export", "--output", "\(files.path)/letters")
        #expect(exported.status == 0 && exported.output.isEmpty && exported.errors == "exported 7 dead letters\n")
        let mode = try FileManager.default.attributesOfItem(atPath: "\(files.path)/letters")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let planned = try await api.dead("replay", "--from", "\(files.path)/letters", "--dry-run")
        #expect(planned.status == 0 && planned.output == "would replay 7 dead letters\n")
        #expect(api.state.withLock(\.published.count) == 7)
        let some = try await api.dead("replay", "--from", "\(files.path)/letters", "--limit", "2", "--rate", "1000")
        #expect(some.status == 0 && api.state.withLock(\.published.count) == 9)
    }

    @Test func `sends nothing of a file with a wrong line, and says where to go on after a failure`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(count: 3)
        let wrong = try await api.bash("{ belfry dead export; echo '{\"id\": 5}'; } | belfry dead replay --from -")
        #expect(wrong.status == 1 && wrong.errors.contains("standard input:4:"), "\(wrong)")
        #expect(api.state.withLock(\.requests).isEmpty)
        api.state.withLock { $0.gonePass = 2 }
        let failed = try await api.bash("belfry dead export | belfry dead replay --from -")
        #expect(failed.status == 1 && failed.output == "replayed 2 dead letters\n", "\(failed)")
        #expect(failed.errors.contains("standard input:3: ") && failed.errors.contains("tail -n +3 "))
    }

    @Test func `exits with 1 if the export of a letter is not whole`() async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add(fields: ["body_is_cut": .bool(true)])
        let done = try await api.dead("export")
        #expect(done.status == 1 && done.output.split(separator: "\n").count == 1)
        #expect(done.errors.contains("cut off") && done.errors.contains(FakeDeadLetterAPI.id(0)))
    }

    @Test(arguments: [
        "", "[]", "null", "{}", #"{"results":5}"#, #"{"results":[5]}"#, #"{"results":[{}],"paging":{"more":"1"}}"#,
        #"{"scanned":1,"matched":1,"done":99999999999999999999,"failed":0,"failures":[],"paging":{"more":null}}"#,
        #"{"scanned":0,"matched":0,"done":0,"failed":0,"failures":[],"paging":{"more":"1"}}"#,
    ])
    func `ends with 1 after an answer that is none, and never goes round for ever`(answer: String) async throws {
        let api = await FakeDeadLetterAPI.start()
        api.add()
        api.state.withLock { $0.answer = answer }
        let files = try TemporaryFiles()
        for arguments in [
            ["list"], ["export", "--output", "\(files.path)/out"], ["replay", "--all", "--yes"],
            ["drop", FakeDeadLetterAPI.id(0)],
        ] {
            let done = try await api.bash("belfry dead \(arguments.joined(separator: " "))")
            #expect(done.status == 1 && !done.wasKilled && done.errors.hasPrefix("belfry: "), "\(arguments) \(done)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path).isEmpty)
        #expect(api.state.withLock(\.requests.count) < 12)
    }

    @Test func `explains itself in its help`() async throws {
        let api = await FakeDeadLetterAPI.start()
        for (command, words) in [
            ("", ["list", "peek", "replay", "export", "drop", "--dry-run"]),
            ("list", ["--older-than", "--reason", "delivery_limit"]), ("replay", ["--rate", "--from", "Exit"]),
            ("drop", ["Export"]), ("export", ["Lines", "--output"]), ("peek", ["masked"]),
        ] {
            let help = try await api.bash("belfry dead \(command) --help")
            #expect(help.status == 0)
            for word in words { #expect(help.output.contains(word), "\(command) \(word)") }
        }
    }
}
