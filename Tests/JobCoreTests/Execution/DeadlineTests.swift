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

    @Test func `silence counts from when callbacks could be received, at the earliest`() {
        let state = Self.state([Self.accepted(1)])
        let expiry = Report.expired(.heartbeat, noticedAt: Self.at(60))
        func answer(_ reachableSince: Int64?) -> Transition {
            state.applying(
                expiry, id: ReportID(rawValue: 99), judgedAt: Self.at(60), reachableSince: reachableSince.map(Self.at))
        }
        #expect(answer(41).decision == .ignore(.deadlineMoved))
        #expect(answer(40).execution.state.reason == .heartbeat)
        #expect(answer(nil).execution.state.reason == .heartbeat)
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

    @Test(
        arguments: [(Expiry.heartbeat, 35), (.ttl, 101)] as [(Expiry, Int64)])
    func `a deadline has passed when it is reached, and not a millisecond earlier`(expiry: Expiry, deadline: Int64) {
        let state = Self.state([Self.accepted(1), Self.heartbeat(15)])
        let id = ReportID(rawValue: 99)
        let reached = state.applying(
            .expired(expiry, noticedAt: Self.at(deadline)), id: id, judgedAt: Self.at(deadline))
        #expect(reached.execution.state.status == .fail)
        let early = Self.at(deadline).adding(milliseconds: -1)
        let notYet = state.applying(.expired(expiry, noticedAt: early), id: id, judgedAt: Self.at(deadline))
        #expect(notYet.decision == .ignore(.deadlineMoved))
    }

    @Test func `an expiry is judged by when callbacks were received, even if the recorder is late`() {
        let state = Self.state([Self.accepted(1), Self.heartbeat(15), Self.heartbeat(34)])
        let expiry = Report.expired(.heartbeat, noticedAt: Self.at(36))
        #expect(
            state.applying(expiry, id: ReportID(rawValue: 99), judgedAt: Self.at(37)).decision
                == .ignore(.deadlineMoved))
    }
}
