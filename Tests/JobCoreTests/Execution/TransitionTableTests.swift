import JobCore
import Testing

/// Every answer of the state machine, written out, so that every status answers every report.
///
/// A cell is `status:reason/event` for a move, `duplicate/event` for a report that was applied before, and `!reason`
/// for an ignored report. An event is its first letter: started, progressed, finished; `-` is no event. After `+` stand
/// `a` when the attempt is added, `d` when the time of the next attempt changes, and `o` when the outcome changes.
@Suite struct `The state machine of an execution` {
    private static let firstTime = """
                      pending              invoked            calledBack         running            success  fail
        accepted      invoked/s+a          !alreadyInvoked+a  processing/s+a     !alreadyInvoked+a  !over+a  !over+a
        deferred      pending/-+ad         !alreadyInvoked+ad !alreadyInvoked+ad !alreadyInvoked+ad !over+ad !over+ad
        refused       fail:invocation/f+ao !alreadyInvoked+a  !alreadyInvoked+a  !alreadyInvoked+a  !over+a  !over+a
        heartbeat     processing/p         processing/p       processing/p       processing/p       !over    !over
        extended      processing/p         processing/p       processing/p       processing/p       !over    !over
        success       success/f+o          success/f+o        success/f+o        success/f+o        !over    !over
        fail          fail:reported/f+o    fail:reported/f+o  fail:reported/f+o  fail:reported/f+o  !over    !over
        cancelled     fail:cancelled/f     fail:cancelled/f   fail:cancelled/f   fail:cancelled/f   !over    !over
        silencePassed !deadlineMoved       fail:heartbeat/f   fail:heartbeat/f   fail:heartbeat/f   !over    !over
        silenceMoved  !deadlineMoved       !deadlineMoved     !deadlineMoved     !deadlineMoved     !over    !over
        silenceCutOff !deadlineMoved       !unreachable       !unreachable       !unreachable       !over    !over
        ttlPassed     fail:ttl/f           fail:ttl/f         fail:ttl/f         fail:ttl/f         !over    !over
        ttlMoved      !deadlineMoved       !deadlineMoved     !deadlineMoved     !deadlineMoved     !over    !over
        ttlCutOff     !onItsWay            !unreachable       !unreachable       !unreachable       !over    !over
        overdue       redeliver+d          !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        overdueEarly  !onItsWay            !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        """

    /// The answers to the same report with the same id, directly after the first answer.
    private static let secondTime = """
                      pending              invoked            calledBack         running            success  fail
        accepted      duplicate/s          !alreadyInvoked    duplicate/s        !alreadyInvoked    !over    !over
        deferred      pending/-            !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        refused       duplicate/f          !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        heartbeat     processing/p         processing/p       processing/p       processing/p       !over    !over
        extended      processing/p         processing/p       processing/p       processing/p       !over    !over
        success       duplicate/f          duplicate/f        duplicate/f        duplicate/f        !over    !over
        fail          duplicate/f          duplicate/f        duplicate/f        duplicate/f        !over    !over
        cancelled     duplicate/f          duplicate/f        duplicate/f        duplicate/f        !over    !over
        silencePassed !deadlineMoved       duplicate/f        duplicate/f        duplicate/f        !over    !over
        silenceMoved  !deadlineMoved       !deadlineMoved     !deadlineMoved     !deadlineMoved     !over    !over
        silenceCutOff !deadlineMoved       !unreachable       !unreachable       !unreachable       !over    !over
        ttlPassed     duplicate/f          duplicate/f        duplicate/f        duplicate/f        !over    !over
        ttlMoved      !deadlineMoved       !deadlineMoved     !deadlineMoved     !deadlineMoved     !over    !over
        ttlCutOff     !onItsWay            !unreachable       !unreachable       !unreachable       !over    !over
        overdue       redeliver            !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        overdueEarly  !onItsWay            !alreadyInvoked    !alreadyInvoked    !alreadyInvoked    !over    !over
        """

    private static let id = ReportID(messageID: "the report")

    @Test(arguments: Situation.allCases, ReportKind.allCases)
    func `the state machine answers every report in every status as the table says`(
        situation: Situation, kind: ReportKind
    ) throws {
        let before = Execution.sample(situation.state)
        let answer = before.applying(
            kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        #expect(Self.notation(answer, before) == (try Self.cell(Self.firstTime, situation, kind)))
    }

    @Test(arguments: Situation.allCases, ReportKind.allCases)
    func `the state machine answers a repeated report with the same events, and changes nothing`(
        situation: Situation, kind: ReportKind
    ) throws {
        let first = Execution.sample(situation.state).applying(
            kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        let reached = first.execution
        let second = reached.applying(
            kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        #expect(Self.notation(second, reached) == (try Self.cell(Self.secondTime, situation, kind)))
        #expect(second.events == first.events)
        #expect(second.execution == reached)
    }

    /// A column of its own, since the answers hardly differ.
    @Test(arguments: ReportKind.allCases)
    func `a buffered execution can be cancelled or released, and ignores every other report`(kind: ReportKind) {
        let before = Execution.sample(Situation.pending.state).buffered()
        let first = before.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        let second = first.execution.applying(
            kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        let expected: (String, String) =
            switch kind {
            case .cancelled: ("fail:cancelled/f+d", "duplicate/f")
            case .overdue, .overdueEarly: ("release", "release")
            default: ("!buffered", "!buffered")
            }
        #expect((Self.notation(first, before), Self.notation(second, first.execution)) == expected)
        #expect(first.execution.state.isBuffered == (kind != .cancelled))
        #expect(second.execution == first.execution && second.events == first.events)
    }

    /// The answers of a test before its end, the first and the second time. After its end it answers as any other.
    private static let test = """
        accepted      success/f+a          duplicate/f
        deferred      pending/-+ad         pending/-
        refused       fail:invocation/f+ao duplicate/f
        heartbeat     !test                !test
        extended      !test                !test
        success       !test                !test
        fail          !test                !test
        cancelled     fail:cancelled/f     duplicate/f
        silencePassed !deadlineMoved       !deadlineMoved
        silenceMoved  !deadlineMoved       !deadlineMoved
        silenceCutOff !deadlineMoved       !deadlineMoved
        ttlPassed     fail:ttl/f           duplicate/f
        ttlMoved      !deadlineMoved       !deadlineMoved
        ttlCutOff     !onItsWay            !onItsWay
        overdue       !test                !test
        overdueEarly  !test                !test
        """

    @Test(arguments: ReportKind.allCases)
    func `a test ends with the answer to its delivery, and no callback counts`(kind: ReportKind) throws {
        var before = Execution.sample(Situation.pending.state)
        before.trigger = .test
        let first = before.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        let second = first.execution.applying(
            kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        let lines = Self.test.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let line = try #require(lines.first { $0[0] == kind.rawValue })
        #expect([kind.rawValue, Self.notation(first, before), Self.notation(second, first.execution)] == line)
        #expect(second.execution == first.execution && second.events == first.events)
        if kind == .accepted {
            let state = first.execution.state
            #expect(
                state.invokedAt == Situation.start.adding(milliseconds: 2_015) && state.finishedAt == state.invokedAt)
        }
    }

    @Test(arguments: [Situation.success, .fail], ReportKind.allCases)
    func `a test that is over answers as any execution that is over`(situation: Situation, kind: ReportKind) throws {
        var before = Execution.sample(situation.state)
        before.trigger = .test
        let answer = before.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt, progress: kind.progress)
        #expect(Self.notation(answer, before) == (try Self.cell(Self.firstTime, situation, kind)))
    }

    @Test(arguments: ReportKind.identified)
    func `an execution recognises the report of its invocation, even after other reports`(kind: ReportKind) {
        let answer = Situation.running.state.applying(
            kind.report, id: Situation.invokedBy, judgedAt: kind.judgedAt)
        #expect(answer.decision == .duplicate(reemit: [.started]))
    }

    @Test(arguments: [Situation.success, .fail], ReportKind.identified)
    func `an execution recognises the report that ended it`(situation: Situation, kind: ReportKind) {
        let answer = situation.state.applying(kind.report, id: Situation.finishedBy, judgedAt: kind.judgedAt)
        #expect(answer.decision == .duplicate(reemit: [.finished]))
    }

    @Test func `the tables contain every status, every report and every reason`() {
        #expect(Set(Situation.allCases.map(\.state.status)) == Set(ExecutionStatus.allCases))
        for table in [Self.firstTime, Self.secondTime] {
            let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[0] == Situation.allCases.map(\.rawValue))
            #expect(Set(lines.dropFirst().map { $0[0] }) == Set(ReportKind.allCases.map(\.rawValue)))
            #expect(lines.dropFirst().allSatisfy { $0.count == Situation.allCases.count + 1 })
        }
        for reason in [Transition.IgnoreReason.over, .alreadyInvoked, .deadlineMoved, .unreachable, .onItsWay] {
            #expect(Self.firstTime.contains("!\(reason.rawValue)"))
        }
    }

    private static func cell(_ table: String, _ situation: Situation, _ kind: ReportKind) throws -> String {
        let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let column = try #require(lines[0].firstIndex(of: situation.rawValue))
        let row = try #require(lines.first { $0[0] == kind.rawValue && $0.count > column + 1 })
        return row[column + 1]
    }

    private static func notation(_ transition: Transition, _ before: Execution) -> String {
        func letters(_ events: [ExecutionEvent]) -> String {
            events.isEmpty ? "-" : events.map { String($0.rawValue.prefix(1)) }.joined()
        }
        let after = transition.execution
        var kept = after.attempts == before.attempts ? "" : "a"
        if after.attemptDueAt != before.attemptDueAt { kept += "d" }
        if after.outcome != before.outcome { kept += "o" }
        if !kept.isEmpty { kept = "+" + kept }
        switch transition.decision {
        case .move(let events):
            let reason = after.state.reason.map { ":\($0.rawValue)" } ?? ""
            return "\(after.state.status.rawValue)\(reason)/\(letters(events))\(kept)"
        case .duplicate(let events): return "duplicate/\(letters(events))\(kept)"
        case .redeliver: return "redeliver\(kept)"
        case .release: return "release\(kept)"
        case .ignore(let reason): return "!\(reason.rawValue)\(kept)"
        }
    }
}
