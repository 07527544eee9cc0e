import Commands
import JSON
import Testing

@Suite struct `The passes over dead letters` {
    private func pass(_ done: Int, failed: Int = 0, more: String? = nil) -> LetterPassAnswer {
        let failure = LetterFailure(id: "a", queue: "q", code: "c", message: "m")
        return LetterPassAnswer(
            scanned: done + failed, matched: done + failed, done: done, failed: failed,
            failures: Array(repeating: failure, count: failed), before: .string("2026-01-01T00:00:00Z"), more: more)
    }

    @Test func `add up, go on from where the last one ended, and keep the instant of the first one`() {
        var passes = LetterPasses()
        #expect(passes.fields == ["limit": .integer(1_000), "dry_run": .bool(false)])
        #expect(passes.note(pass(1_000, failed: 2, more: "b")) == .next)
        var second = pass(40, failed: 1)
        second.before = .string("2027-01-01T00:00:00Z")
        #expect(
            passes.fields == [
                "limit": .integer(1_000), "dry_run": .bool(false), "before": .string("2026-01-01T00:00:00Z"),
                "more": .string("b"),
            ])
        #expect(passes.note(second) == .over)
        #expect(passes.done == 1_040 && passes.failed == 3 && passes.scanned == 1_043 && passes.failures.count == 3)
        #expect(passes.totals["before"] == .string("2026-01-01T00:00:00Z") && passes.totals["done"] == .integer(1_040))
    }

    @Test func `use the instant of a run before`() {
        var passes = LetterPasses(before: .integer(7))
        #expect(passes.fields["before"] == .integer(7))
        #expect(passes.note(pass(1, more: "a")) == .next)
        #expect(passes.fields["before"] == .integer(7))
    }

    @Test(
        arguments: [
            (nil, nil, 1_000), (1, nil, 1), (1_500, nil, 1_000), (nil, 1, 5), (nil, 100, 500), (nil, 10_000, 1_000),
            (3, 1, 3), (nil, .max, 1_000), (2_000, 40, 200),
        ] as [(Int?, Int?, Int)])
    func `are as long as limit and rate allow`(limit: Int?, rate: Int?, next: Int) {
        let passes = LetterPasses(limit: limit, ratePerSecond: rate)
        #expect(passes.nextLimit == next)
        #expect(passes.fields["rate_per_second"] == rate.map { .integer(Int64($0)) })
    }

    @Test func `end at the limit, which counts over all of them`() {
        var passes = LetterPasses(limit: 1_200)
        #expect(passes.note(pass(1_000, more: "a")) == .next)
        #expect(passes.nextLimit == 200)
        #expect(passes.note(pass(150, failed: 50, more: "b")) == .next)
        #expect(passes.nextLimit == 50)
        #expect(passes.note(pass(50, more: "c")) == .over)
    }

    @Test(arguments: [["a"], ["a", "b"], ["a", "b", "c"]])
    func `do not go round for ever where nothing is done`(places: [String]) {
        var passes = LetterPasses()
        var steps: [LetterPasses.Step] = []
        while steps.count < 100, steps.last != .stuck {
            steps.append(passes.note(pass(0, more: places[steps.count % places.count])))
        }
        #expect(steps.last == .stuck && steps.count == 3 * places.count + 1)
    }

    @Test func `may come to the same place again while letters leave their queues`() {
        var passes = LetterPasses()
        for _ in 0..<50 { #expect(passes.note(pass(1, more: "a")) == .next) }
        var dry = LetterPasses(isDryRun: true)
        let steps = (0..<4).map { _ in dry.note(pass(1, more: "a")) }
        #expect(steps == [.next, .next, .next, .stuck])
    }

    @Test func `begin again where their place is gone, but not for ever, and not in a dry run`() {
        var passes = LetterPasses()
        #expect(passes.note(pass(3, failed: 2, more: "a")) == .next)
        #expect((0..<4).map { _ in passes.restart() } == [.next, .next, .next, .stuck])
        #expect(passes.more == nil && passes.done == 3 && passes.matched == 3 && passes.failed == 0)
        #expect(passes.failures.isEmpty && passes.before != nil)
        var dry = LetterPasses(isDryRun: true)
        #expect(dry.restart() == .stuck)
    }

    @Test func `keep the first failures, and count all`() {
        var passes = LetterPasses()
        for place in 0..<30 { _ = passes.note(pass(1, failed: 7, more: "\(place)")) }
        #expect(passes.failures.count == LetterPasses.failuresKeptMax && passes.failed == 210)
    }
}

@Suite struct `The answer about a pass` {
    private func read(_ text: String) throws -> LetterPassAnswer {
        try LetterPassAnswer(reading: try JSONValue(parsing: Array(text.utf8)))
    }

    @Test func `has its sums, its failures and the place of the next one`() throws {
        let pass = try read(
            """
            {"scanned": 4, "matched": 3, "done": 2, "failed": 1, "dry_run": false, "before": "2026-01-01T00:00:00Z",
            "failures": [{"id": "i", "queue": "q", "code": "forged_origin", "message": "m"}],
            "paging": {"more": "x"}, "unknown": 1}
            """)
        let failure = LetterFailure(id: "i", queue: "q", code: "forged_origin", message: "m")
        #expect(
            pass
                == LetterPassAnswer(
                    scanned: 4, matched: 3, done: 2, failed: 1, failures: [failure],
                    before: .string("2026-01-01T00:00:00Z"), more: "x"))
        let event = #"{"before":"2026-01-01T00:00:00Z","done":2,"event":"pass","failed":1,"failures":[{"#
        #expect(pass.event().text.hasPrefix(event))
        #expect(pass.event(line: 3).text.contains(#""line":3"#))
    }

    @Test(arguments: [
        ("null", "the answer"), ("[]", "the answer"), ("{}", "scanned"),
        (#"{"scanned":1,"matched":1,"failed":0,"failures":[],"paging":{"more":null}}"#, "done"),
        (#"{"scanned":1,"matched":1,"done":"1","failed":0,"failures":[],"paging":{"more":null}}"#, "/done"),
        (#"{"scanned":1,"matched":1,"done":-1,"failed":0,"failures":[],"paging":{"more":null}}"#, "/done"),
        (#"{"scanned":1,"matched":1,"done":1e300,"failed":0,"failures":[],"paging":{"more":null}}"#, "/done"),
        (
            #"{"scanned":1,"matched":9223372036854775807,"done":1,"failed":0,"failures":[],"paging":{"more":null}}"#,
            "/matched"
        ),
        (#"{"scanned":1,"matched":1,"done":1,"failed":0,"failures":[{}],"paging":{"more":null}}"#, "/failures/0"),
        (#"{"scanned":1,"matched":1,"done":1,"failed":0,"failures":[],"paging":{"more":5}}"#, "/paging/more"),
        (#"{"scanned":1,"matched":1,"done":1,"failed":0,"failures":[]}"#, "paging"),
        (
            #"{"scanned":1,"matched":1,"done":1,"failed":0,"failures":[],"paging":{"more":""#
                + String(repeating: "x", count: 9_000) + #""}}"#, "/paging/more"
        ),
    ])
    func `is refused with the field at fault`(text: String, place: String) throws {
        let error = #expect(throws: LetterAnswerFault.self) { try read(text) }
        #expect(error?.description.contains(place) == true, "\(String(describing: error))")
    }

    @Test func `leads to advice for every failure`() {
        let codes = [
            "forged_origin", "no_origin", "unroutable", "not_taken", "too_large", "unreadable", "of a later version",
        ]
        for code in codes {
            #expect(LetterFailure(id: "", queue: "", code: code, message: "").advice.contains("it"))
        }
        #expect(LetterFailure(id: "", queue: "", code: "unroutable", message: "").advice.contains("topology check"))
        #expect(LetterFailure(id: "", queue: "", code: "not_taken", message: "").advice.contains("alarm"))
    }
}
