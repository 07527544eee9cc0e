import JobCore
import Messaging
import Store
import Testing

@testable import Ingester

@Suite struct `A batch of reports` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let known = ExecutionID.random()
    private static let attempt = Attempt(number: 1, at: at(1), statusCode: 202, latencyMilliseconds: 20)

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private static func execution(_ id: ExecutionID = known) -> Execution {
        let name = JobName(service: "s", job: "j")
        return Execution(
            id: id, jobID: name.id, jobName: name, occurrence: start, createdAt: start, isExclusive: false,
            schedule: "rate(1 minute)",
            state: .pending(from: start, ttlSeconds: 100, heartbeatIntervalSeconds: 30), attemptDueAt: start)
    }

    private static func running() -> Execution {
        var execution = execution()
        execution.state.status = .invoked
        execution.state.invokedAt = at(1)
        execution.state.invokedBy = ReportID(messageID: "accepted")
        execution.attempts = [attempt]
        return execution
    }

    private static func fold(
        _ reports: [(String, Report)], repeats: Set<Int> = [], over execution: Execution = execution()
    ) -> ReportFold.Result {
        let addressed = reports.map { id, report in
            AddressedReport.execution(known, ReportID(messageID: id), report)
        }
        return ReportFold.fold(
            addressed, repeats: repeats, over: [execution.id: execution], progress: LineProgress(), judgedAt: at(50))
    }

    private static func heartbeat(_ seconds: Int64, _ progress: Int, extend: Int64? = nil) -> Report {
        .callback(.processing(progress: progress, extendSeconds: extend), receivedAt: at(seconds))
    }

    private static func success(_ seconds: Int64) -> Report {
        .callback(
            .success(Outcome(summary: "done", state: "{}", correlationID: "c")), receivedAt: at(seconds))
    }

    @Test func `the reports of a batch are applied in order, each to the result of the report before`() throws {
        let result = Self.fold([
            ("accepted", .accepted(Self.attempt)), ("1", Self.heartbeat(5, 50)), ("2", Self.success(9)),
        ])
        #expect(result.events.map(\.event) == [.started, .progressed, .finished])
        #expect(result.events.map(\.execution.state.status) == [.invoked, .processing, .success])
        #expect(
            result.notes == [
                .moved(Self.known, .invoked, nil), .moved(Self.known, .processing, nil),
                .moved(Self.known, .success, nil),
            ])
        guard case .rewritten(let execution)? = result.changes.first, result.changes.count == 1 else {
            Issue.record("one execution is rewritten once, not \(result.changes)")
            return
        }
        #expect(execution.attempts == [Self.attempt])
        #expect(execution.outcome == Outcome(summary: "done", state: "{}", correlationID: "c"))
        #expect(execution.state.progress == 50)
    }

    @Test func `a report twice in a batch publishes its events twice and is written once`() {
        let result = Self.fold([("2", Self.success(9)), ("2", Self.success(9))])
        #expect(result.events.map(\.event) == [.finished, .finished])
        #expect(result.events.first?.execution == result.events.last?.execution)
        #expect(result.changes.count == 1)
    }

    @Test func `a batch applied again publishes the same events and writes nothing`() throws {
        let first = Self.fold([("accepted", .accepted(Self.attempt)), ("2", Self.success(9))])
        guard case .rewritten(let after)? = first.changes.first else {
            Issue.record("the first time it is written")
            return
        }
        let second = Self.fold([("accepted", .accepted(Self.attempt)), ("2", Self.success(9))], over: after)
        #expect(second.events.map(\.event) == first.events.map(\.event))
        #expect(second.changes.isEmpty)
    }

    /// A batch may be recorded, and its recorder killed before the events are published.
    @Test func `a batch that is handled again publishes an event for each of its heartbeats, also after the end`()
        throws
    {
        let reports = [("1", Self.heartbeat(5, 10)), ("2", Self.heartbeat(6, 20)), ("3", Self.success(9))]
        let first = Self.fold(reports)
        guard case .rewritten(let after)? = first.changes.first else {
            Issue.record("the first time it is written")
            return
        }
        let again = Self.fold(reports, repeats: [0, 1, 2], over: after)
        #expect(again.events.map(\.messageID) == first.events.map(\.messageID) && again.changes.isEmpty)
        #expect(Set(first.events.map(\.messageID)).count == 3)
        let late = [("4", Self.heartbeat(10, 90))]
        #expect(Self.fold(late, repeats: [0], over: after).events.isEmpty, "it was never on record")
        #expect(Self.fold([("1", Self.heartbeat(5, 10))], over: after).events.isEmpty, "it is no repeat")
    }

    @Test func `an execution keeps its first end: a later report overwrites neither outcome nor reason`() {
        let result = Self.fold([
            ("1", Self.success(9)), ("2", .callback(.fail(Outcome(error: "late")), receivedAt: Self.at(10))),
            ("3", .cancelled(at: Self.at(11))),
        ])
        guard case .rewritten(let execution)? = result.changes.first else {
            Issue.record("the success is written")
            return
        }
        #expect(execution.state.status == .success && execution.outcome.error == nil)
        #expect(result.notes.suffix(2) == [.ignored(Self.known, .over), .ignored(Self.known, .over)])
    }

    @Test func `an end that is reported again, and a buffered run that should not be, have the lock handed on`() {
        #expect(Self.fold([("2", Self.success(9))]).released.isEmpty, "the store sees the end itself")
        let twice = [("2", Self.success(9)), ("2", Self.success(9))]
        #expect(Self.fold(twice, repeats: [1]).released == [Self.known])
        #expect(Self.fold(twice).released.isEmpty, "the service sent it twice, and the first was handled just now")
        #expect(Self.fold([("2", Self.success(9)), ("3", Self.success(9))]).released.isEmpty)
        let overdue = Report.overdue(afterSeconds: 1, noticedAt: Self.at(40))
        let result = Self.fold([("1", overdue)], over: Self.execution().buffered())
        #expect(result.released == [Self.known] && result.changes.isEmpty && result.redeliveries.isEmpty)
    }

    @Test func `a batch of heartbeats alone needs only the cheap write`() {
        var running = Self.running()
        running.state.status = .processing
        running.state.lastHeartbeatAt = Self.at(2)
        running.state.firstHeartbeatAt = Self.at(2)
        let result = Self.fold([("1", Self.heartbeat(5, 10)), ("2", Self.heartbeat(6, 20))], over: running)
        guard case .heartbeat(let execution)? = result.changes.first else {
            Issue.record("only heartbeats came, so \(result.changes) is too much")
            return
        }
        #expect(execution.state.lastHeartbeatAt == Self.at(6) && execution.state.progress == 20)
    }

    @Test func `a batch with a first heartbeat or an extension needs the full write`() {
        let first = Self.fold([("1", Self.heartbeat(5, 10))], over: Self.running())
        guard case .rewritten? = first.changes.first else {
            Issue.record("the status changed, so \(first.changes) is too little")
            return
        }
        var processing = Self.running()
        processing.state.status = .processing
        let extended = Self.fold([("1", Self.heartbeat(5, 10, extend: 90))], over: processing)
        guard case .rewritten? = extended.changes.first else {
            Issue.record("the deadline changed, so \(extended.changes) is too little")
            return
        }
    }

    @Test func `a report about an unknown execution is noted and changes nothing`() {
        let result = ReportFold.fold(
            [
                .signOfLife(madeAt: Self.at(1)),
                .execution(.random(), ReportID(rawValue: 1), Self.success(9)),
                .execution(Self.known, ReportID(rawValue: 2), .expired(.ttl, noticedAt: Self.at(2))),
            ], repeats: [], over: [:], progress: LineProgress(), judgedAt: Self.at(50))
        #expect(result.changes.isEmpty && result.events.isEmpty)
        #expect(result.unknown == [1])
        #expect(result.notes == [.unknown(Self.known)], "the reaper repeats it, so it is no dead letter")
    }

    /// The same four reports in both orders: only what stands before an expiry counts.
    @Test(arguments: [(true, ExecutionStatus.success), (false, .fail)])
    func `an expiry is judged by what stands before it in its line`(
        callbackIsFirst: Bool, status: ExecutionStatus
    ) {
        let success = AddressedReport.execution(Self.known, ReportID(rawValue: 8), Self.success(20))
        let expiry = AddressedReport.execution(
            Self.known, ReportID(rawValue: 9), .expired(.heartbeat, noticedAt: Self.at(90)))
        var progress = LineProgress()
        progress.receive(signOfLifeAt: Self.at(1))
        progress.latestSignAt = Self.at(88)
        let running = Self.running()
        let result = ReportFold.fold(
            [.signOfLife(madeAt: Self.at(90))] + (callbackIsFirst ? [success, expiry] : [expiry, success]),
            repeats: [], over: [running.id: running], progress: progress, judgedAt: Self.at(9_000))
        #expect(result.events.map(\.execution.state.status) == [status])
        #expect(result.progress.latestSignAt == Self.at(90))
    }

    @Test func `a sign of life that stands behind an expiry does not make silence count`() {
        let running = Self.running()
        let result = ReportFold.fold(
            [
                .signOfLife(madeAt: Self.at(1)),
                .execution(Self.known, ReportID(rawValue: 9), .expired(.heartbeat, noticedAt: Self.at(90))),
                .signOfLife(madeAt: Self.at(90)),
            ], repeats: [], over: [running.id: running], progress: LineProgress(), judgedAt: Self.at(90))
        #expect(result.events.isEmpty && result.notes == [.ignored(Self.known, .unreachable)])
    }

    @Test func `a delivery that a mark has overtaken is requested again, once for each report`() {
        let reports: [AddressedReport] = [
            .execution(Self.known, ReportID(rawValue: 1), .overdue(afterSeconds: 60, noticedAt: Self.at(70))),
            .mark(madeAt: Self.at(60), takenAt: Self.at(61)),
            .execution(Self.known, ReportID(rawValue: 2), .overdue(afterSeconds: 60, noticedAt: Self.at(71))),
            .execution(Self.known, ReportID(rawValue: 2), .overdue(afterSeconds: 60, noticedAt: Self.at(71))),
            .execution(Self.known, ReportID(rawValue: 3), .overdue(afterSeconds: 60, noticedAt: Self.at(72))),
        ]
        let execution = Self.execution()
        let result = ReportFold.fold(
            reports, repeats: [], over: [execution.id: execution], progress: LineProgress(), judgedAt: Self.at(80))
        let request = RedeliveryRequested(
            executionID: execution.id, jobName: execution.jobName, foundAt: Self.at(71))
        #expect(result.redeliveries == [request, request], "a report that is read twice leads to the same request")
        #expect(result.notes.filter { $0 == .ignored(execution.id, .onItsWay) }.count == 2)
    }

    @Test func `every reported attempt is recorded once, in order, even if its report is ignored`() {
        let attempts = (1...3).map {
            Attempt(number: $0, at: Self.at(Int64($0)), statusCode: 503, latencyMilliseconds: 5)
        }
        let result = Self.fold([
            ("c", .accepted(attempts[2])), ("a", .deferred(.failed(attempts[0]), nextAttemptAt: Self.at(7))),
            ("b", .deferred(.failed(attempts[1]), nextAttemptAt: Self.at(6))),
            ("a", .deferred(.failed(attempts[0]), nextAttemptAt: Self.at(7))),
        ])
        guard case .rewritten(let execution)? = result.changes.first else {
            Issue.record("the attempts are written")
            return
        }
        #expect(execution.attempts == attempts)
        #expect(execution.attemptDueAt == Self.at(7))
        #expect(execution.state.status == .invoked)
    }

    @Test func `the report of a deferral moves the time of the next attempt, and counts no attempt`() {
        let busy = Deferral.Cause.busy(attempt: 1, count: 1, at: Self.at(2))
        let result = Self.fold([("deferral", .deferred(busy, nextAttemptAt: Self.at(5)))])
        guard case .rewritten(let execution)? = result.changes.first else {
            Issue.record("the next attempt is written")
            return
        }
        #expect(execution.attempts.isEmpty && execution.attemptDueAt == Self.at(5))
        #expect(result.events.isEmpty)
    }

    @Test func `the report of a refusal records the answer of the service`() {
        let refused = Attempt(number: 1, at: Self.at(1), statusCode: 404, latencyMilliseconds: 20, error: "no hook")
        let result = Self.fold([("1", .refused(refused))])
        guard case .rewritten(let execution)? = result.changes.first else {
            Issue.record("the refusal is written")
            return
        }
        #expect(execution.state.reason == .invocation && execution.outcome.error == "no hook")
        #expect(execution.state.finishedAt == Self.at(1).adding(milliseconds: 20))
    }
}
