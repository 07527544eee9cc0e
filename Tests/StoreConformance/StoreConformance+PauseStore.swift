import JobCore
import Store
import Testing

private func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

private let operators = ChangeAuthor(name: "ops", requestID: "r-1")

extension PauseStore {
    /// Pauses a subject, which must be possible.
    @discardableResult
    fileprivate func pause(
        _ subject: JobPause.Subject, atSecond seconds: Int64, until end: Int64? = nil, note: String? = nil,
        by author: ChangeAuthor = operators
    ) async throws -> JobPause {
        try #require(
            try await pause(subject, note: note, until: end.map(at), by: author, now: at(seconds))
        ).pause
    }

    fileprivate func resume(_ subject: JobPause.Subject, atSecond seconds: Int64) async throws -> JobPause? {
        try await resume(subject, by: operators, now: at(seconds))
    }

    /// The jobs that a pause of the subject concerns.
    fileprivate func jobCount(_ subject: JobPause.Subject) async throws -> Int {
        let paused = try await pause(subject, note: nil, until: nil, by: operators, now: start)
        return try #require(paused).jobCount
    }

    /// The subjects that are paused, as texts.
    fileprivate func paused(atSecond seconds: Int64) async throws -> Set<String> {
        Set(try await pauses(inForceAt: at(seconds)).map(\.subject.description))
    }
}

extension StoreConformance {
    private static let job = JobName(service: "billing", job: "invoices")

    static let pauseScenarios: [StoreScenario] = [
        StoreScenario("a pause is read as it was made, of a job, of a service and of any tag") { store async throws in
            let subjects: [JobPause.Subject] = [.job(job), .service("billing"), .tag("a/b \u{1F319} it's")]
            for subject in subjects {
                let made = try await store.pause(subject, atSecond: 0, until: 60, note: "ä\n\"")
                #expect(made == JobPause(subject, note: "ä\n\"", begunAt: at(0), until: at(60), by: "ops"))
                #expect(try await store.pauses(inForceAt: at(0)).contains(made))
                #expect(try await store.resume(subject, atSecond: 1)?.endedAt == at(1))
            }
        },
        StoreScenario("what is paused again keeps its pause and its beginning, and gets the new note, end and author") {
            store async throws in
            try await store.pause(.tag("nightly"), atSecond: 0, note: "old")
            let other = ChangeAuthor(name: "other")
            let again = try await store.pause(.tag("nightly"), atSecond: 30, until: 90, by: other)
            #expect(again == JobPause(.tag("nightly"), begunAt: at(0), until: at(90), by: "other"))
            #expect(try await store.pauses(from: at(0), through: at(1_000)) == [again], "there is one")
            #expect(try await store.pause(.tag("nightly"), atSecond: 40).until == nil)
        },
        StoreScenario("what is paused again after its pause was over has a new pause, and the old one stays") {
            store async throws in
            try await store.pause(.job(job), atSecond: 0, until: 10)
            try await store.pause(.job(job), atSecond: 10, until: 20)
            _ = try await store.resume(.job(job), atSecond: 15)
            try await store.pause(.job(job), atSecond: 20)
            let all = try await store.pauses(from: at(0), through: at(30)).sorted { $0.begunAt < $1.begunAt }
            #expect(all.map(\.begunAt) == [at(0), at(10), at(20)])
            #expect(all.map(\.end) == [at(10), at(15), nil])
        },
        StoreScenario("a resumed subject is not paused any more, and its pause still covers what it covered") {
            store async throws in
            try await store.pause(.service("billing"), atSecond: 0, until: 600)
            let ended = try #require(try await store.resume(.service("billing"), atSecond: 60))
            #expect(ended.endedAt == at(60) && ended.until == at(600))
            #expect(try await store.resume(.service("billing"), atSecond: 61) == nil)
            #expect(try await store.paused(atSecond: 60).isEmpty)
            #expect(try await store.pauses(inForceAt: at(59)) == [ended])
        },
        StoreScenario("only what is paused can be resumed: neither a pause that is over, nor another subject's") {
            store async throws in
            try await store.pause(.job(job), atSecond: 0, until: 10)
            for subject in [.service("billing"), .tag("nightly"), .job(JobName(service: "billing", job: "other"))]
                as [JobPause.Subject]
            {
                #expect(try await store.resume(subject, atSecond: 1) == nil)
            }
            #expect(try await store.resume(.job(job), atSecond: 10) == nil)
            #expect(try await store.pauses(inForceAt: at(9)).map(\.endedAt) == [nil])
        },
        StoreScenario("the pauses over a range are those that cover one of its instants, ended or not") {
            store async throws in
            try await store.pause(.tag("early"), atSecond: 0, until: 10)
            try await store.pause(.tag("resumed"), atSecond: 5)
            _ = try await store.resume(.tag("resumed"), atSecond: 20)
            try await store.pause(.tag("open"), atSecond: 30)
            try await store.pause(.tag("timed"), atSecond: 30, until: 40)
            let ranges: [(Int64, Int64, Set<String>)] = [
                (-10, -1, []), (-10, 0, ["early"]), (9, 9, ["early", "resumed"]), (10, 19, ["resumed"]), (20, 29, []),
                (0, 35, ["early", "resumed", "open", "timed"]), (40, 99_999, ["open"]),
            ]
            for (first, last, tags) in ranges {
                let found = try await store.pauses(from: at(first), through: at(last)).map(\.subject)
                #expect(Set(found) == Set(tags.map { .tag($0) }), "\(first) to \(last)")
            }
        },
        StoreScenario("a pause tells how many jobs on record it concerns, whose names and tags need not be known yet") {
            store async throws in
            #expect(try await store.jobCount(.service("billing")) == 0)
            var slow = sampleJob("slow")
            slow.tags = ["slow", "slow", "nightly"]
            _ = try await store.put([sampleJob(), slow, sampleJob("mails", service: "mail")], now: start)
            #expect(try await store.jobCount(.service("billing")) == 2)
            #expect(try await store.jobCount(.tag("nightly")) == 3)
            #expect(try await store.jobCount(.tag("slow")) == 1)
            #expect(try await store.jobCount(.job(job)) == 1)
            _ = try await store.deleteJob(named: slow.name, now: start)
            #expect(try await store.jobCount(.service("billing")) == 1)
            #expect(try await store.jobCount(.tag("slow")) == 0)
        },
        StoreScenario("a pause is no part of a job: it stays when the job is put, deleted, and put again") {
            store async throws in
            _ = try await store.put([sampleJob()], now: start)
            try await store.pause(.job(job), atSecond: 1)
            _ = try await store.put([sampleJob(isEnabled: false)], now: at(2))
            _ = try await store.deleteJob(named: job, now: at(3))
            _ = try await store.put([sampleJob()], now: at(4))
            #expect(try await store.paused(atSecond: 5) == ["the job billing/invoices"])
        },
        StoreScenario("pauses that ended before an instant are removed, no more than the limit at once") {
            store async throws in
            for number in 0..<3 as Range<Int64> {
                try await store.pause(.tag("timed \(number)"), atSecond: 0, until: 10 + number)
                try await store.pause(.tag("resumed \(number)"), atSecond: 0, until: 900)
                _ = try await store.resume(.tag("resumed \(number)"), atSecond: 10 + number)
            }
            try await store.pause(.tag("open"), atSecond: 0)
            #expect(try await store.removePauses(endedBefore: at(10), limit: 9) == 0)
            #expect(try await store.removePauses(endedBefore: at(12), limit: 3) == 3)
            #expect(try await store.removePauses(endedBefore: at(12), limit: 3) == 1)
            let left = try await store.pauses(from: at(0), through: at(0)).map(\.subject.description).sorted()
            #expect(left == ["the tag “open”", "the tag “resumed 2”", "the tag “timed 2”"])
        },
        StoreScenario("a pause that is made or ended after the clock was turned back is in force from then, or no more")
        {
            store async throws in
            try await store.pause(.tag("nightly"), atSecond: 100)
            #expect(try await store.pause(.tag("nightly"), atSecond: 50).begunAt == at(50))
            #expect(try await store.paused(atSecond: 50).count == 1)
            let ended = try await store.resume(.tag("nightly"), atSecond: 20)
            #expect(ended?.endedAt == at(50))
            #expect(try await store.paused(atSecond: 60).isEmpty)
        },
    ]
}
