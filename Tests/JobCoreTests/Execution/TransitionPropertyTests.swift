import Determinism
import JobCore
import Testing

/// Reports of every kind in random order, some of them repeated. A seed always leads to the same reports.
///
/// Guarantee: an execution never changes after its end, and has a deadline until then.
@Suite struct `An execution under random reports` {
    private static let start = Instant(secondsSinceEpoch: 3_000_000)
    private static let ttlSeconds: Int64 = 60

    private struct Step {
        var report: Report
        var id: ReportID
        var judgedAt: Instant
        var before: ExecutionState
        var answer: Transition
        var after: ExecutionState { answer.execution.state }
    }

    private static func steps(seed: UInt64) -> [Step] {
        var random = SplitMix64(seed: seed)
        var state = ExecutionState.pending(
            from: start, ttlSeconds: ttlSeconds, heartbeatIntervalSeconds: Int64(random.int(1...20)))
        var steps: [Step] = []
        var clock = start
        for number in 1...40 {
            clock = clock.adding(milliseconds: Int64(random.int(0...6_000)))
            var report = report(&random, now: clock)
            var id = ReportID(rawValue: Int64(number))
            if random.chance(30), let old = steps.randomElement(using: &random) { (report, id) = (old.report, old.id) }
            var progress = LineProgress.uninterrupted(through: clock)
            if random.chance(30) { (progress.latestSignAt, progress.latestMarkAt) = (start, start) }
            let answer = state.applying(report, id: id, judgedAt: clock, progress: progress)
            steps.append(Step(report: report, id: id, judgedAt: clock, before: state, answer: answer))
            state = answer.execution.state
        }
        return steps
    }

    private static func report(_ random: inout SplitMix64, now: Instant) -> Report {
        // Callbacks may wait in a queue, and so arrive out of order.
        let past = max(start, now.adding(milliseconds: -Int64(random.int(0...15_000))))
        let attempt = Attempt(number: 1, at: past, statusCode: nil, latencyMilliseconds: 5)
        switch random.int(0...99) {
        case 0..<15: return .accepted(attempt)
        case 15..<22: return .deferred(.failed(attempt), nextAttemptAt: now)
        case 22..<25: return .refused(attempt)
        case 25..<70:
            let extend = random.chance(30) ? Int64(random.int(1...200)) : nil
            return .callback(.processing(progress: random.int(0...100), extendSeconds: extend), receivedAt: past)
        case 70..<75: return .callback(.success(Outcome()), receivedAt: past)
        case 75..<80: return .callback(.fail(Outcome()), receivedAt: past)
        case 80..<89: return .expired(.heartbeat, noticedAt: past)
        case 89..<94: return .expired(.ttl, noticedAt: past)
        case 94..<98: return .overdue(afterSeconds: 5, noticedAt: now)
        default: return .cancelled(at: now)
        }
    }

    private static let seeds = Array(UInt64(1)...200)

    @Test func `the random reports lead to every status, every reason and every decision`() {
        let steps = Self.seeds.flatMap(Self.steps)
        #expect(Set(steps.map(\.after.status)) == Set(ExecutionStatus.allCases))
        #expect(Set(steps.compactMap(\.after.reason)) == [.reported, .invocation, .heartbeat, .ttl, .cancelled])
        #expect(steps.contains { $0.answer.decision == .duplicate(reemit: [.started]) })
        #expect(steps.contains { $0.answer.decision == .duplicate(reemit: [.finished]) })
        for why in [Transition.IgnoreReason.over, .alreadyInvoked, .deadlineMoved, .unreachable, .onItsWay] {
            #expect(steps.contains { $0.answer.decision == .ignore(why) }, "\(why)")
        }
    }

    @Test(arguments: seeds)
    func `an execution that has ended never changes again, but for a late report of when it was invoked`(
        seed: UInt64
    ) {
        for step in Self.steps(seed: seed) where step.before.status.isFinal {
            if case .accepted = step.report, step.before.invokedAt == nil {
                var before = step.before
                (before.invokedAt, before.invokedBy) = (step.after.invokedAt, step.after.invokedBy)
                #expect(step.after == before)
                continue
            }
            #expect(step.after == step.before)
            #expect(
                [.duplicate(reemit: [.finished]), .duplicate(reemit: [.started]), .ignore(.over)].contains(
                    step.answer.decision)
            )
        }
    }

    @Test(arguments: seeds) func `an execution starts and ends once, even if that is reported many times`(seed: UInt64)
    {
        let moves = Self.steps(seed: seed).filter { if case .move = $0.answer.decision { true } else { false } }
        #expect(moves.count { $0.answer.events == [.started] } <= 1)
        #expect(moves.count { $0.answer.events == [.finished] } <= 1)
    }

    @Test(arguments: seeds) func `a report that is received twice publishes the same events`(seed: UInt64) {
        var published: [ReportID: [ExecutionEvent]] = [:]
        for step in Self.steps(seed: seed) {
            guard case .duplicate(let events) = step.answer.decision else {
                if case .move(let events) = step.answer.decision, published[step.id] == nil {
                    published[step.id] = events
                }
                continue
            }
            #expect(published[step.id] == events)
        }
    }

    @Test(arguments: seeds) func `every open execution has a deadline, at most one ttl from now`(seed: UInt64) {
        for step in Self.steps(seed: seed) {
            guard !step.after.status.isFinal else {
                #expect(step.after.deadline == nil)
                continue
            }
            let deadline = step.after.deadline
            #expect(deadline != nil)
            #expect(deadline.map { $0 <= step.judgedAt.adding(seconds: Self.ttlSeconds) } ?? false)
        }
    }

    @Test(arguments: seeds) func `a heartbeat never shortens the time that is left to an execution`(seed: UInt64) {
        for step in Self.steps(seed: seed) {
            guard case .callback(.processing(_, nil), _) = step.report, case .move = step.answer.decision else {
                continue
            }
            #expect(step.after.ttlDeadline >= step.before.ttlDeadline)
            guard let earlier = step.before.heartbeatDeadline else { continue }
            #expect(step.after.heartbeatDeadline.map { $0 >= earlier } ?? false)
        }
    }

    @Test(arguments: seeds) func `heartbeats lead to the same state in every order`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let heartbeats = (1...8).map { number in
            // Distinct times: of two heartbeats at the same millisecond neither is later.
            let receivedAt = Self.start.adding(milliseconds: Int64(number * 1_000 + random.int(0...999)))
            return Report.callback(
                .processing(progress: random.int(0...100), extendSeconds: nil), receivedAt: receivedAt)
        }
        #expect(Self.running(after: heartbeats.shuffled(using: &random)) == Self.running(after: heartbeats))
    }

    private static func running(after heartbeats: [Report]) -> ExecutionState {
        var state = Situation.invoked.state
        for (index, heartbeat) in heartbeats.enumerated() {
            let id = ReportID(rawValue: Int64(index + 10))
            state = state.applying(heartbeat, id: id, judgedAt: start).execution.state
        }
        return state
    }
}
