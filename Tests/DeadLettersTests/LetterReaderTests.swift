import JobCore
import Messaging
import Testing

@testable import DeadLetters

/// Guarantee: whatever a letter says about itself, it is listed, and nothing that it says is believed.
@Suite struct `A dead letter that is read` {
    @Test func `a letter of a stage tells its origin, reason, error, counts and times`() {
        let letter = letter(taken())
        #expect(letter.queue == "dispatcher.runs" && letter.messageID == "m-1")
        #expect(letter.originExchange == "belfry" && letter.originRoutingKey == "run.requested")
        #expect(letter.reason == "failing" && letter.error == "there is no job")
        #expect(letter.attempts == 3 && letter.replays == 2)
        #expect(letter.firstDeadAt == milliseconds(4_000) && letter.lastDeadAt == milliseconds(5_000))
        #expect(letter.headers == ["traceparent": "00-1"])
    }

    @Test func `a letter without any headers has no origin and an unknown reason`() {
        var bare = taken(id: nil)
        bare.message.headers = [:]
        let letter = letter(bare)
        #expect(letter.originExchange == nil && letter.originRoutingKey == nil && letter.reason == "unknown")
        #expect(letter.firstDeadAt == nil && letter.lastDeadAt == nil && letter.attempts == nil && letter.replays == 0)
    }

    @Test(arguments: ["-1", "x", "", "99999999999", "9223372036854775808", "1.5"])
    func `a number that no letter has says nothing`(number: String) {
        let letter = letter(taken(headers: [Header.replays: number, Header.deadAttempts: number]))
        #expect(letter.replays == 0 && letter.attempts == nil)
    }

    @Test(arguments: [("x", 5_000), ("-4", 5_000), ("5001", 5_000), ("9999999999999999", 5_000), ("0", 0)])
    func `the first time is not after the last`(first: String, shown: Int64) {
        #expect(letter(taken(headers: [Header.deadFirstAt: first])).firstDeadAt == milliseconds(shown))
    }

    @Test func `a letter that the broker has dead-lettered tells its origin and reason by x-death`() {
        // The headers are what the message had before: a service that publishes may have forged them.
        let forged: [String: String?] = [
            Header.originRoutingKey: "schedule.due", Header.deadReason: "forbidden", Header.deadFirstAt: "6000",
        ]
        let letter = letter(
            taken(headers: forged, deaths: [death(queue: "belfry.courier.retry.5", key: "x"), death()]))
        #expect(letter.originExchange == "belfry" && letter.originRoutingKey == "run.requested")
        #expect(letter.reason == "delivery_limit" && letter.attempts == nil)
        #expect(letter.error?.contains("returned too often") == true)
        #expect(letter.lastDeadAt == milliseconds(7_000) && letter.firstDeadAt == milliseconds(6_000))
        #expect(letter.replays == 2)
    }

    @Test func `an x-death about other queues says nothing`() {
        let letter = letter(taken(deaths: [death(queue: "other", key: "x")]))
        #expect(letter.reason == "failing" && letter.originRoutingKey == "run.requested")
    }

    @Test func `texts that others wrote are cleaned and cut`() {
        let letter = letter(
            taken(headers: [
                Header.deadReason: "a\u{1B}[31m\n" + String(repeating: "r", count: 500),
                Header.deadError: String(repeating: "e", count: 5_000),
                Header.originExchange: String(repeating: "x", count: 9_000),
            ]))
        #expect(letter.reason.utf8.count == 64 && !letter.reason.contains("\n") && !letter.reason.contains("\u{1B}"))
        #expect(letter.error?.utf8.count == 1_024 && letter.originExchange?.utf8.count == 255)
    }

    @Test func `a letter that fails again keeps its id, and other letters have other ids`() {
        let first = letter(taken())
        let again = taken(2, headers: [Header.replays: "3", Header.deadError: "again", Header.deadAt: "9000"])
        #expect(letter(again).id == first.id)
        #expect(letter(taken(deaths: [death()])).id == first.id)
        let others = [
            letter(taken(id: "m-2")), letter(taken(id: nil)), letter(taken(body: [])), letter(taken(body: [0xFF])),
            letter(taken(headers: [Header.originRoutingKey: "run.request"])), letter(taken(bodyBytes: 1 << 30)),
            letter(taken(), in: .dispatcherDue),
        ]
        #expect(Set(others.map(\.id) + [first.id]).count == others.count + 1)
    }

    @Test func `a letter is about the job and the execution that its body or its headers name`() throws {
        let execution = try #require(ExecutionID(text: "01890a5d-ac96-774b-bcce-b302099a8057"))
        func subject(_ taken: TakenLetter, _ queue: WorkQueue = .dispatcherRuns) -> LetterSubject {
            LetterSubject(of: taken, letter(taken, in: queue))
        }
        let whole = subject(taken())
        #expect(whole.service == "billing" && whole.job == "send" && whole.executionID == execution)
        for body in ["{", "[]", #"{"job":7,"execution_id":"x"}"#, "\u{FEFF}", #"{"job":"noslash"}"#] {
            let none = subject(taken(body: Array(body.utf8)))
            #expect(none.service == nil && none.job == nil && none.executionID == nil)
        }
        #expect(subject(taken(body: [0xFF, 0x7B])).service == nil)
        let header = taken(headers: [Header.execution: execution.description], body: [])
        #expect(subject(header).executionID == execution)
        let key = taken(headers: [Header.originRoutingKey: execution.description], body: [])
        #expect(subject(key, .ingesterCallbacks).executionID == execution)
        #expect(subject(key).executionID == nil)
    }

    @Test func `a body beyond the limit for decoding says nothing`() {
        let long = Array((#"{"job":"billing/send","x":""# + String(repeating: "x", count: 2_097_152) + #""}"#).utf8)
        #expect(LetterSubject(of: taken(body: long), letter(taken(body: long))).service == nil)
    }
}

/// Guarantee: a request acts on the letters that meet its conditions, and on no others.
@Suite struct `A filter for dead letters` {
    private static let read: DeadLetter = {
        let one = taken()
        let read = letter(one)
        return read.about(LetterSubject(of: one, read))
    }()

    @Test(arguments: [
        (DeadLetterFilter(), true), (DeadLetterFilter(queues: [.dispatcherRuns, .courierBulk]), true),
        (DeadLetterFilter(queues: [.courierBulk]), false), (DeadLetterFilter(id: read.id), true),
        (DeadLetterFilter(id: .random()), false), (DeadLetterFilter(service: "billing", job: "send"), true),
        (DeadLetterFilter(service: "Billing"), false), (DeadLetterFilter(job: "sen"), false),
        (DeadLetterFilter(reason: "failing"), true), (DeadLetterFilter(reason: "fail"), false),
        (DeadLetterFilter(error: "NO JOB"), true), (DeadLetterFilter(error: "nothing"), false),
        (DeadLetterFilter(before: milliseconds(5_001)), true), (DeadLetterFilter(before: milliseconds(5_000)), false),
        (DeadLetterFilter(service: "billing", reason: "forbidden"), false),
    ])
    func `a filter finds a letter that meets all of its conditions`(filter: DeadLetterFilter, finds: Bool) {
        #expect((filter.matchesAllButSubject(Self.read) && filter.matchesSubject(Self.read)) == finds)
    }

    @Test func `a letter of unknown age counts as old, and one without an error contains no text`() {
        var letter = Self.read
        (letter.lastDeadAt, letter.error) = (nil, nil)
        #expect(DeadLetterFilter(before: milliseconds(1)).matchesAllButSubject(letter))
        #expect(!DeadLetterFilter(error: "").matchesAllButSubject(letter))
    }

    @Test func `a filter's summary is one line`() {
        let filter = DeadLetterFilter(queues: [.courierBulk, .dispatcherDue], error: "a\nb", before: milliseconds(9))
        #expect(filter.summary == "queue=courier.bulk,dispatcher.due error=a b before=9")
        #expect(DeadLetterFilter().summary == "all")
        #expect(!DeadLetterFilter(queues: [.tickerBaton]).scannedQueues.contains(.tickerBaton))
    }
}
