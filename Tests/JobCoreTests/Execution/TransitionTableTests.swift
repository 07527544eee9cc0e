import JobCore
import Testing

/// Every answer of the state machine, written out, so that no status and no report is without one.
///
/// A cell is `status:reason/event` for a move, `again/event` for a report that was applied before, and `!why` for one
/// that changes nothing. Events by their first letter: started, progressed, finished; `-` for none.
@Suite struct `The state machine` {
    private static let firstTime = """
                       pending            invoked           heard             running           success  fail
        accepted       invoked/s          !alreadyInvoked   processing/s      !alreadyInvoked   !over    !over
        deferred       pending/-          !alreadyInvoked   !alreadyInvoked   !alreadyInvoked   !over    !over
        refused        fail:invocation/f  !alreadyInvoked   !alreadyInvoked   !alreadyInvoked   !over    !over
        heartbeat      processing/p       processing/p      processing/p      processing/p      !over    !over
        extended       processing/p       processing/p      processing/p      processing/p      !over    !over
        success        success/f          success/f         success/f         success/f         !over    !over
        fail           fail:reported/f    fail:reported/f   fail:reported/f   fail:reported/f   !over    !over
        cancelled      fail:cancelled/f   fail:cancelled/f  fail:cancelled/f  fail:cancelled/f  !over    !over
        silencePassed  !deadlineMoved     fail:heartbeat/f  fail:heartbeat/f  fail:heartbeat/f  !over    !over
        silenceMoved   !deadlineMoved     !deadlineMoved    !deadlineMoved    !deadlineMoved    !over    !over
        silenceStale   !deadlineMoved     !staleExpiry      !staleExpiry      !staleExpiry      !over    !over
        ttlPassed      fail:ttl/f         fail:ttl/f        fail:ttl/f        fail:ttl/f        !over    !over
        ttlMoved       !deadlineMoved     !deadlineMoved    !deadlineMoved    !deadlineMoved    !over    !over
        ttlStale       !staleExpiry       !staleExpiry      !staleExpiry      !staleExpiry      !over    !over
        """

    /// The same report, of the same id, right after it was answered as above.
    private static let secondTime = """
                       pending            invoked           heard             running           success  fail
        accepted       again/s            !alreadyInvoked   again/s           !alreadyInvoked   !over    !over
        deferred       pending/-          !alreadyInvoked   !alreadyInvoked   !alreadyInvoked   !over    !over
        refused        again/f            !alreadyInvoked   !alreadyInvoked   !alreadyInvoked   !over    !over
        heartbeat      processing/p       processing/p      processing/p      processing/p      !over    !over
        extended       processing/p       processing/p      processing/p      processing/p      !over    !over
        success        again/f            again/f           again/f           again/f           !over    !over
        fail           again/f            again/f           again/f           again/f           !over    !over
        cancelled      again/f            again/f           again/f           again/f           !over    !over
        silencePassed  !deadlineMoved     again/f           again/f           again/f           !over    !over
        silenceMoved   !deadlineMoved     !deadlineMoved    !deadlineMoved    !deadlineMoved    !over    !over
        silenceStale   !deadlineMoved     !staleExpiry      !staleExpiry      !staleExpiry      !over    !over
        ttlPassed      again/f            again/f           again/f           again/f           !over    !over
        ttlMoved       !deadlineMoved     !deadlineMoved    !deadlineMoved    !deadlineMoved    !over    !over
        ttlStale       !staleExpiry       !staleExpiry      !staleExpiry      !staleExpiry      !over    !over
        """

    private static let id = ReportID(messageID: "the report")

    @Test(arguments: Situation.allCases, ReportKind.allCases)
    func `answers every report in every status`(situation: Situation, kind: ReportKind) throws {
        let answer = situation.state.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt)
        #expect(Self.notation(answer) == (try Self.cell(Self.firstTime, situation, kind)))
    }

    @Test(arguments: Situation.allCases, ReportKind.allCases)
    func `answers a repetition with the same events and stays where it is`(
        situation: Situation, kind: ReportKind
    ) throws {
        let first = situation.state.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt)
        let reached = first.state(after: situation.state)
        let second = reached.applying(kind.report, id: Self.id, judgedAt: kind.judgedAt)
        #expect(Self.notation(second) == (try Self.cell(Self.secondTime, situation, kind)))
        #expect(second.events == first.events)
        #expect(second.state(after: reached) == reached)
    }

    @Test(arguments: ReportKind.allCases)
    func `knows the report that invoked it again, whatever came in between`(kind: ReportKind) {
        let answer = Situation.running.state.applying(
            kind.report, id: Situation.invokedBy, judgedAt: kind.judgedAt)
        #expect(answer == .again([.started]))
    }

    @Test(arguments: [Situation.success, .fail], ReportKind.allCases)
    func `knows the report that ended it again`(situation: Situation, kind: ReportKind) {
        let answer = situation.state.applying(kind.report, id: Situation.finishedBy, judgedAt: kind.judgedAt)
        #expect(answer == .again([.finished]))
    }

    @Test func `is written out for every status, every report and every reason`() {
        #expect(Set(Situation.allCases.map(\.state.status)) == Set(ExecutionStatus.allCases))
        for table in [Self.firstTime, Self.secondTime] {
            let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines[0] == Situation.allCases.map(\.rawValue))
            #expect(Set(lines.dropFirst().map { $0[0] }) == Set(ReportKind.allCases.map(\.rawValue)))
            #expect(lines.dropFirst().allSatisfy { $0.count == Situation.allCases.count + 1 })
        }
        for ignorance in [Transition.IgnoreReason.over, .alreadyInvoked, .deadlineMoved, .staleExpiry] {
            #expect(Self.firstTime.contains("!\(ignorance.rawValue)"))
        }
    }

    private static func cell(_ table: String, _ situation: Situation, _ kind: ReportKind) throws -> String {
        let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let column = try #require(lines[0].firstIndex(of: situation.rawValue))
        let row = try #require(lines.first { $0[0] == kind.rawValue && $0.count > column + 1 })
        return row[column + 1]
    }

    private static func notation(_ transition: Transition) -> String {
        func letters(_ events: [ExecutionEvent]) -> String {
            events.isEmpty ? "-" : events.map { String($0.rawValue.prefix(1)) }.joined()
        }
        switch transition {
        case .move(let state, let events):
            let reason = state.reason.map { ":\($0.rawValue)" } ?? ""
            return "\(state.status.rawValue)\(reason)/\(letters(events))"
        case .again(let events): return "again/\(letters(events))"
        case .ignore(let why): return "!\(why.rawValue)"
        }
    }
}
