import Chaos
import JobCore
import Testing

@Suite struct `The judge of changed jobs and of copied callbacks` {
    /// The run is due at 10. The pause is asked for and answered, and so is its end.
    @Test(
        arguments: [
            ([8, 9, 11, 12], true, [.ranWhilePaused]), ([8, 9, 11, 12], false, []),
            ([9, 10, 11, 12], true, []), ([9, 10, 11, 12], false, []),
            ([7, 8, 10, 11], true, []), ([7, 8, 9, 10], false, []),
            ([10.1, 11, 12, 13], true, []), ([10.1, 11, 12, 13], false, [.lostOccurrence]),
            ([6, 7, 8, 9.9], true, []), ([6, 7, 8, 9.9], false, [.lostOccurrence]),
        ] as [([Double], Bool, [Violation.Kind])])
    func `finds a run within a pause, and expects each occurrence before and after`(
        seconds: [Double], isRun: Bool, kinds: [Violation.Kind]
    ) {
        var ledger = SmallLedger()
        let times = seconds.map(ledger.at)
        ledger.facts.pauses = [
            Facts.Pause(
                job: SmallLedger.job, askedAt: times[0], answeredAt: times[1], resumeAskedAt: times[2],
                resumedAt: times[3])
        ]
        if isRun {
            ledger.webhook(10)
            ledger.callback(.success, (11, 202))
            ledger.record("success", end: 11)
        }
        #expect(ledger.violations == kinds)
    }

    @Test(
        arguments: [(1, [.wrongVersion]), (2, []), (3, []), (4, [.wrongVersion]), (nil, [])]
            as [(Int64?, [Violation.Kind])])
    func `finds a webhook of a job as it was before its occurrence, or will be after the webhook`(
        version: Int64?, kinds: [Violation.Kind]
    ) {
        var ledger = SmallLedger()
        let changes: [(Double, Double)] = [(1, 2), (8, 9.9), (9.8, 10.5), (12.1, 12.2)]
        ledger.facts.changes = changes.enumerated().map { index, change in
            Facts.Change(
                job: SmallLedger.job, version: Int64(index + 1), askedAt: ledger.at(change.0),
                answeredAt: ledger.at(change.1))
        }
        ledger.webhook(12)
        ledger.facts.webhooks[0].version = version
        ledger.callback(.success, (13, 202))
        ledger.record("success", end: 13)
        #expect(ledger.violations == kinds)
    }

    @Test(
        arguments: [
            ("success", nil, 11, 12, []), ("success", nil, 11.25, 12, []), ("success", nil, 11.3, 12, [.changedEnd]),
            ("fail", "reported", 12, 12, [.changedEnd]), ("fail", "reported", 11, 11, []),
        ] as [(String, String?, Double, Double, [Violation.Kind])])
    func `finds an end that was changed or moved by a callback after it`(
        status: String, reason: String?, end: Double, failSentAt: Double, kinds: [Violation.Kind]
    ) {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (11, 202), (12, 410))
        ledger.callback(.fail, (failSentAt, 202))
        ledger.record(status, reason, end: end)
        #expect(ledger.violations == kinds)
    }
}
