import JobCore
import Testing

@testable import Chaos

@Suite struct `The table of faults` {
    @Test func `counts what broke while a kind of fault was at work or recovered from, and what broke without one`() {
        var ledger = SmallLedger()
        ledger.fault(.killBroker, 10, 20)
        ledger.fault(.killBroker, 70, 71)
        ledger.fault(.freeze(["courierd.1"]), 18, 19)
        let violations =
            [
                (.lostOccurrence, 10), (.stuck, 30), (.needlessRepeat, 30.1), (.overlap, 24), (.earlyTTL, 24.1),
                (.hungCallback, 9.9),
            ] as [(Violation.Kind, Double)]
        let table = FaultTable(
            facts: ledger.facts,
            violations: violations.map { Violation($0.0, at: ledger.at($0.1), "") } + [Violation(.lostMessage, "")])
        #expect(
            table.rows == [
                FaultTable.Row(fault: "freeze", times: 1, violations: [.doubled: 1]),
                FaultTable.Row(
                    fault: "killBroker", times: 2,
                    violations: [.lost: 1, .stuck: 1, .doubled: 1, .falseTimeouts: 1]),
                FaultTable.Row(fault: "none", violations: [.lost: 1, .repeated: 1, .other: 1]),
            ])
    }

    /// The job is due at 10, 20 and so on; the fault ends at 12.
    @Test(
        arguments: [
            ([("success", 20, 20.2)], [], [8_200]),
            ([("success", 12, 12.5)], [], []),
            ([("fail", 20, 20.2), ("success", 30, 30.5)], [], [18_500]),
            ([("success", 30, 30.5), ("success", 20, 31)], [], [18_500]),
            ([("success", 20, 20.2)], [(20.3, 21)], [8_200]),
            ([("success", 20, 20.2)], [(20.2, 21)], []),
            ([("success", 20, 20.2)], [(5, 12)], []),
            ([("success", 20, 20.2)], [(5, 11.9)], [8_200]),
        ] as [([(String, Double, Double)], [(Double, Double)], [Int64])])
    func `measures the time until a run that was due after a fault succeeded, unless another fault was at work`(
        runs: [(String, Double, Double)], others: [(Double, Double)], milliseconds: [Int64]
    ) {
        var ledger = SmallLedger { $0.everySeconds = 1 }
        for (status, due, end) in runs { ledger.record(of: "\(due)", due: due, status, end: end) }
        ledger.fault(.killBroker, 10, 12)
        for (begin, end) in others { ledger.fault(.poison, begin, end) }
        #expect(FaultTable(facts: ledger.facts, violations: []).rows.first?.recoveryMilliseconds == milliseconds)
    }

    @Test func `measures with quick jobs only`() {
        let changes: [(inout ChaosJob) -> Void] = [
            { $0.everySeconds = 2 }, { $0.isExclusive = true }, { $0.heartbeats = 1 }, { $0.ending = .fail },
            { $0.answer = .accept(afterMilliseconds: 300) },
        ]
        for change in changes {
            var ledger = SmallLedger {
                $0.everySeconds = 1
                change(&$0)
            }
            ledger.fault(.killBroker, 10, 12)
            ledger.record(due: 20, "success", end: 21)
            #expect(FaultTable(facts: ledger.facts, violations: []).rows.first?.recoveryMilliseconds == [])
        }
    }

    @Test func `shows the median and the largest time, each column under its head`() {
        var ledger = SmallLedger { $0.everySeconds = 1 }
        for (begin, end) in [(10, 20.25), (30, 41), (50, 65)] as [(Double, Double)] {
            ledger.fault(.restartBroker, begin, begin + 5)
            ledger.record(of: "\(begin)", due: begin + 6, "success", end: end)
        }
        ledger.fault(.poison, 9, 100)
        let none = FaultTable(facts: ledger.facts, violations: []).text
        ledger.facts.disturbances.removeLast()
        let violations = [Violation(.lostOccurrence, at: ledger.at(10), "")]
        #expect(
            FaultTable(facts: ledger.facts, violations: violations).text == """
                fault          times  lost  stuck  doubled  false timeouts  repeated without need  other  \
                seconds to recover: median  largest
                restartBroker      3     1      0        0               0                      0      0  \
                                       6.0     10.0
                """)
        #expect(none.contains("poison             1     0      0"))
        #expect(none.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix("-        -") })
    }
}
