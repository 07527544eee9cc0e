import JobCore
import Testing

/// Guarantee: every open execution has a deadline, and a silence before callbacks could be received does not count.
@Suite struct `The deadlines of an execution` {
    private static let start = Instant(secondsSinceEpoch: 2_000_000)

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private static func pending(ttl: Int64 = 100, heartbeat: Int64 = 10) -> ExecutionState {
        .pending(from: start, ttlSeconds: ttl, heartbeatIntervalSeconds: heartbeat)
    }

    /// The state of an execution after these reports, each with a different id.
    private static func state(_ reports: [Report], from first: ExecutionState = pending()) -> ExecutionState {
        var state = first
        for (index, report) in reports.enumerated() {
            let id = ReportID(rawValue: Int64(index + 10))
            state = state.applying(report, id: id, judgedAt: at(1_000)).execution.state
        }
        return state
    }

    private static func accepted(_ seconds: Int64) -> Report {
        .accepted(Attempt(number: 1, at: at(seconds), statusCode: 202, latencyMilliseconds: 0))
    }

    private static func heartbeat(_ seconds: Int64, progress: Int? = nil, extend: Int64? = nil) -> Report {
        .callback(.processing(progress: progress, extendSeconds: extend), receivedAt: at(seconds))
    }

    @Test func `the ttl counts from the occurrence until the execution is delivered`() {
        let state = Self.pending()
        #expect(state.ttlDeadline == Self.at(100))
        #expect(state.heartbeatDeadline == nil)
        #expect(state.deadline == Self.at(100))
    }

    @Test func `both deadlines count from the accepted invocation once there is one`() {
        let state = Self.state([Self.accepted(70)])
        #expect(state.ttlDeadline == Self.at(170))
        #expect(state.heartbeatDeadline == Self.at(90))
        #expect(state.deadline == Self.at(90))
    }

    @Test func `both deadlines count from the answer of the service, even if it was slow`() {
        let slow = Report.accepted(
            Attempt(number: 1, at: Self.at(10), statusCode: 202, latencyMilliseconds: 70_000))
        let state = Self.state([slow])
        #expect(state.invokedAt == Self.at(80))
        #expect(state.ttlDeadline == Self.at(180) && state.heartbeatDeadline == Self.at(100))
    }

    @Test func `the invocation counts as now when the courier's clock is ahead`() {
        let ahead = Self.pending().applying(Self.accepted(90), id: ReportID(rawValue: 1), judgedAt: Self.at(5))
        #expect(ahead.execution.state.invokedAt == Self.at(5))
    }

    @Test func `the answer counts as no earlier than the execution when the courier's clock is behind`() {
        var execution = Execution.sample(Self.pending())
        execution.createdAt = Self.at(40)
        func applying(_ report: Report) -> Execution {
            execution.applying(
                report, id: ReportID(rawValue: 1), judgedAt: Self.at(50), progress: .uninterrupted(through: Self.at(50))
            ).execution
        }
        let attempt = Attempt(number: 1, at: Self.at(10), statusCode: 202, latencyMilliseconds: 500)
        let accepted = applying(.accepted(attempt))
        let answered = Self.at(40).adding(milliseconds: 500)
        #expect(accepted.state.invokedAt == answered && accepted.attempts.map(\.at) == [Self.at(40)])
        #expect(accepted.state.heartbeatDeadline == answered.adding(seconds: 20))
        #expect(accepted.state.ttlDeadline == answered.adding(seconds: 100))
        #expect(applying(.refused(attempt)).state.finishedAt == answered)
        #expect(applying(Self.accepted(41)).state.invokedAt == Self.at(41))
    }

    private static let grace: Int64 = ExecutionState.expiryGraceMilliseconds

    /// The answer to an expiry that was noticed just when its grace was over, and to one a millisecond earlier.
    private static func answers(
        _ state: ExecutionState, _ expiry: Expiry, deadline: Int64, after progress: (Instant) -> LineProgress
    ) -> [Transition.Decision] {
        [0, -1].map { (offset: Int64) in
            let noticedAt = at(deadline).adding(milliseconds: grace + offset)
            return state.applying(
                .expired(expiry, noticedAt: noticedAt), id: ReportID(rawValue: 99), judgedAt: at(9_000),
                progress: progress(noticedAt)
            ).decision
        }
    }

    @Test(
        arguments: [(Expiry.heartbeat, 41, 61), (.heartbeat, 10, 35), (.ttl, 90, 110), (.ttl, 60, 101)]
            as [(Expiry, Int64, Int64)])
    func `a run has two heartbeat intervals from when callbacks could be received again`(
        expiry: Expiry, reachableSince: Int64, deadline: Int64
    ) {
        let state = Self.state([Self.accepted(1), Self.heartbeat(15)])
        let answers = Self.answers(state, expiry, deadline: deadline) { noticedAt in
            var progress = LineProgress.uninterrupted(through: noticedAt)
            progress.reachableSince = Self.at(reachableSince)
            return progress
        }
        #expect(answers == [.move([.finished]), .ignore(.deadlineMoved)])
    }

    @Test(arguments: [(0, 100), (30, 130)] as [(Int64, Int64)])
    func `a run that could not be delivered has its whole ttl from when it could`(
        deliverableSince: Int64, deadline: Int64
    ) {
        let answers = Self.answers(Self.pending(), .ttl, deadline: deadline) { noticedAt in
            var progress = LineProgress.uninterrupted(through: noticedAt)
            progress.deliverableSince = Self.at(deliverableSince)
            return progress
        }
        #expect(answers == [.move([.finished]), .ignore(.deadlineMoved)])
    }

    @Test(arguments: [(103_000, true), (102_999, false)] as [(Int64, Bool)])
    func `an undelivered run ends by its ttl only after a mark that is younger has reached the couriers`(
        markMilliseconds: Int64, ends: Bool
    ) {
        var progress = LineProgress.uninterrupted(through: Self.at(200))
        progress.latestMarkAt = Self.start.adding(milliseconds: markMilliseconds)
        let answer = Self.pending().applying(
            .expired(.ttl, noticedAt: Self.at(200)), id: ReportID(rawValue: 99), judgedAt: Self.at(200),
            progress: progress)
        #expect(answer.decision == (ends ? .move([.finished]) : .ignore(.onItsWay)))
    }

    @Test func `nothing expires before the first sign of life and the first mark`() {
        for (state, expiry) in [(Self.pending(), Expiry.ttl), (Self.state([Self.accepted(1)]), .heartbeat)] {
            let answer = state.applying(
                .expired(expiry, noticedAt: Self.at(900)), id: ReportID(rawValue: 99), judgedAt: Self.at(900),
                progress: LineProgress())
            #expect(answer.decision == .ignore(.deadlineMoved))
        }
    }

    @Test func `the instant of the invocation is kept even if the service called back before its courier reported`() {
        let state = Self.state([.callback(.success(Outcome()), receivedAt: Self.at(3)), Self.accepted(2)])
        #expect(state.status == .success && state.finishedAt == Self.at(3))
        #expect(state.invokedAt == Self.at(2))
    }

    @Test func `an attempt that was made again after a crash replaces the failure of the same number`() {
        var failed = Attempt(number: 1, at: Self.at(1), statusCode: nil, latencyMilliseconds: 9, error: "timeout")
        let again = Attempt(number: 1, at: Self.at(4), statusCode: 200, latencyMilliseconds: 2)
        func attempts(_ reports: [Report]) -> [Attempt] {
            reports.reduce(Execution.sample(Self.pending())) { execution, report in
                execution.applying(
                    report, id: ReportID(rawValue: 7), judgedAt: Self.at(9), progress: LineProgress()
                ).execution
            }.attempts
        }
        #expect(attempts([.deferred(.failed(failed), nextAttemptAt: Self.at(5)), .accepted(again)]) == [again])
        #expect(attempts([.accepted(again), .deferred(.failed(failed), nextAttemptAt: Self.at(5))]) == [again])
        failed.number = 2
        #expect(
            attempts([.accepted(again), .deferred(.failed(failed), nextAttemptAt: Self.at(5))]) == [again, failed])
    }

    @Test func `each wait for an attempt is on record once, in whatever order and however often it is reported`() {
        let failed = Attempt(number: 1, at: Self.at(1), statusCode: 503, latencyMilliseconds: 9, error: "http_503")
        let reports: [Report] = [
            .deferred(.failed(failed), nextAttemptAt: Self.at(5)),
            .deferred(.busy(attempt: 2, count: 1, at: Self.at(3)), nextAttemptAt: Self.at(7)),
            .deferred(.busy(attempt: 2, count: 2, at: Self.at(3)), nextAttemptAt: Self.at(8)),
            .deferred(.busy(attempt: 1, count: 1, at: Self.at(3)), nextAttemptAt: Self.at(1)),
        ]
        func deferrals(_ reports: [Report]) -> [Deferral] {
            zip(reports, Int64(6)...).reduce(Execution.sample(Self.pending())) { execution, next in
                execution.applying(
                    next.0, id: ReportID(rawValue: next.1), judgedAt: Self.at(next.1), progress: LineProgress()
                ).execution
            }.deferrals
        }
        let second = Deferral(attempt: 2, at: failed.answeredAt, until: Self.at(8), busyCount: 2)
        #expect(
            deferrals(reports) == [Deferral(attempt: 1, at: Self.at(3), until: Self.at(1), busyCount: 1), second])
        #expect(deferrals(reports + reports).last == second)
        #expect(deferrals(reports.reversed()).last == second)
    }

    @Test func `the heartbeat deadline is two intervals after the last heartbeat`() {
        let state = Self.state([Self.accepted(1), Self.heartbeat(15)])
        #expect(state.heartbeatDeadline == Self.at(35))
        #expect(state.firstHeartbeatAt == Self.at(15))
    }

    @Test func `the ttl ends an execution when two heartbeat intervals are longer`() {
        let short = Self.pending(ttl: 5, heartbeat: 30)
        let state = Self.state([Self.accepted(2)], from: short)
        #expect(state.deadline == Self.at(7))
    }

    @Test(arguments: [Situation.success, .fail])
    func `an execution that has ended has no deadline`(situation: Situation) {
        #expect(situation.state.deadline == nil)
        #expect(situation.state.heartbeatDeadline == nil)
    }

    @Test func `an execution that never runs has no deadline`() {
        let state = ExecutionState.over(.locked, at: Self.start, ttlSeconds: 60)
        #expect(state.status == .fail && state.reason == .locked && state.finishedAt == Self.start)
        #expect(state.deadline == nil)
    }

    @Test func `a heartbeat that arrives out of order does not move the deadlines back`() {
        let inOrder = Self.state([
            Self.accepted(1), Self.heartbeat(10, progress: 10), Self.heartbeat(20, progress: 20),
        ])
        let outOfOrder = Self.state([
            Self.accepted(1), Self.heartbeat(20, progress: 20), Self.heartbeat(10, progress: 10),
        ])
        #expect(outOfOrder == inOrder)
        #expect(outOfOrder.heartbeatDeadline == Self.at(40))
        #expect(outOfOrder.progress == 20)
    }

    @Test func `an accepted report that arrives after the first callback does not move the heartbeat deadline back`() {
        let state = Self.state([Self.heartbeat(9, progress: 5), Self.accepted(2)])
        #expect(state.status == .processing)
        #expect(state.invokedAt == Self.at(2))
        #expect(state.heartbeatDeadline == Self.at(29))
        #expect(state.ttlDeadline == Self.at(102))
    }

    @Test func `a deadline that a callback extended is not moved back by a late delivery.accepted`() {
        let state = Self.state([Self.heartbeat(9, extend: 100), Self.accepted(2)])
        #expect(state.status == .processing)
        #expect(state.isExtended)
        #expect(state.ttlDeadline == Self.at(109))
    }

    @Test(arguments: [(1, 51), (60, 110), (100, 150), (101, 150), (Limits.ttlSecondsMax, 150)] as [(Int64, Int64)])
    func `an extension moves the ttl deadline to now plus the seconds requested, at most the ttl`(
        extend: Int64, deadline: Int64
    ) {
        let state = Self.state([Self.accepted(1), Self.heartbeat(50, extend: extend)])
        #expect(state.ttlDeadline == Self.at(deadline))
    }

    @Test func `an extension that arrives twice or out of order does not move the deadline back`() {
        let reports = [Self.accepted(1), Self.heartbeat(40, extend: 100), Self.heartbeat(80, extend: 100)]
        #expect(Self.state(reports).ttlDeadline == Self.at(180))
        #expect(Self.state(reports + [reports[1]]).ttlDeadline == Self.at(180))
        #expect(Self.state([reports[0], reports[2], reports[1]]).ttlDeadline == Self.at(180))
    }

    @Test func `an expiry is judged by its place: a callback that stands before it counts, however late it is read`() {
        let state = Self.state([Self.accepted(1), Self.heartbeat(15), Self.heartbeat(34)])
        let expiry = Report.expired(.heartbeat, noticedAt: Self.at(38))
        #expect(
            state.applying(expiry, id: ReportID(rawValue: 99), judgedAt: Self.at(600)).decision
                == .ignore(.deadlineMoved))
    }
}
