import JobCore
import Testing

@testable import Chaos

@Suite struct `The report of a chaos run` {
    @Test func `shows the faults, the counts, and each violation with its timeline`() {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (12, 503), (13, 202))
        ledger.record("fail", "heartbeat", end: 14)
        ledger.fault(.killBroker, 11, 13)
        ledger.fault(.lockStore, 300, 301)
        let report = ChaosReport(
            plan: ChaosPlan(seed: 7, seconds: 60), facts: ledger.facts, verdict: Judge.verdict(on: ledger.facts)
        ).adding(["a": "as the API shows it"])
        let table = FaultTable(facts: ledger.facts, violations: report.verdict.violations).text
        #expect(
            report.text == """
                chaos: seed 7, 60 s, 2 faults
                  1970-01-01T00:00:11Z to 1970-01-01T00:00:13Z kill the broker
                  1970-01-01T00:05:00Z to 1970-01-01T00:05:01Z lock the store
                1 executions: 1 fail heartbeat
                1 webhooks, answers to callbacks: 1 202, 1 503
                explained by a fault: none
                violations: 1 callback answered 202 and not recorded, \
                1 heartbeat timeout though a callback was received in time
                callback answered 202 and not recorded: job a success was answered 202 at 1970-01-01T00:00:13Z, \
                and the record has fail heartbeat
                    1970-01-01T00:00:10Z webhook, attempt 1, answer 200
                    1970-01-01T00:00:12Z success to ingesterd.1: 503 after 0 ms
                    1970-01-01T00:00:13Z success to ingesterd.1: 202 after 0 ms
                    record: as the API shows it
                    fault: 1970-01-01T00:00:11Z to 1970-01-01T00:00:13Z kill the broker
                heartbeat timeout though a callback was received in time: job a it ended 1000 ms after a callback or \
                an acceptance; silence may last 4000 ms
                    1970-01-01T00:00:10Z webhook, attempt 1, answer 200
                    1970-01-01T00:00:12Z success to ingesterd.1: 503 after 0 ms
                    1970-01-01T00:00:13Z success to ingesterd.1: 202 after 0 ms
                    record: as the API shows it
                    fault: 1970-01-01T00:00:11Z to 1970-01-01T00:00:13Z kill the broker
                \(table)
                """)
    }

    @Test func `shows a few violations of each kind, and counts all`() {
        var ledger = SmallLedger()
        for second in 1...9 { ledger.record(of: "\(second)", due: Double(second * 10), "processing") }
        let report = ChaosReport(
            plan: ChaosPlan(seed: 7, seconds: 60), facts: ledger.facts, verdict: Judge.verdict(on: ledger.facts))
        #expect(report.text.contains("violations: 9 run that doesn't end"))
        #expect(report.text.split(separator: "\n").filter { $0.hasPrefix("run that doesn't end: ") }.count == 6)
    }
}
