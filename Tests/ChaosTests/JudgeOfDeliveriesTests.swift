import Chaos
import Messaging
import Testing

@Suite struct `The judge of deliveries` {
    @Test(
        arguments: [
            (.kill(["courierd.1", "reaperd.2"]), 12, true), (.freeze(["courierd.2"]), 12.1, false),
            (.kill(["courierd.1"]), 4, true), (.kill(["courierd.1"]), 3.9, false), (.kill(["tickerd.1"]), 10, false),
            (.freeze(["dispatcherd.2"]), 10, true), (.freezeBroker, 10, true), (.restartBroker, 10, true),
            (.alarmBroker, 10, true), (.diskAlarmBroker, 10, true), (.changeJobs, 10, false),
            (.killBroker, 12.1, false), (.killNode(1), 10, true),
            (.freezeNode(3), 12.1, false), (.partition(.node(2)), 10, true), (.partition(.link(1, 2)), 12.1, false),
            (.purge(.courierDeliveries), 10, true), (.purge(.courierBulk), 20, true),
            (.purge(.courierDeliveries), 21, false), (.purge(.dispatcherDue), 10, false), (.lockStore, 10, false),
            (.kill(["ingesterd.1", "ingesterd.2"]), 10, false), (.freeze(["reaperd.1"]), 10, false),
            (.poison, 10, false),
        ] as [(Fault, Double, Bool)])
    func `finds a webhook that is repeated though no fault made the earlier one uncertain`(
        fault: Fault, second: Double, isNeeded: Bool
    ) {
        var ledger = SmallLedger { $0.ttlSeconds = 120 }
        ledger.webhook(10)
        ledger.webhook(20)
        ledger.callback(.success, (21, 202))
        ledger.record("success", end: 21)
        #expect(ledger.violations == [.needlessRepeat])
        ledger.fault(fault, second, second)
        #expect(ledger.violations == (isNeeded ? [] : [.needlessRepeat]))
        #expect(ledger.excuses == (isNeeded ? [.neededRepeat: 1] : [:]))
    }

    @Test func `accepts another attempt`() {
        var ledger = SmallLedger()
        ledger.webhook(10, answer: 503)
        ledger.webhook(attempt: 2, 15)
        ledger.callback(.success, (16, 202))
        ledger.record("success", end: 16)
        #expect(ledger.violations.isEmpty && ledger.excuses.isEmpty)
    }

    @Test func `finds a webhook after the end, unless the end could not be recorded yet`() {
        var ledger = SmallLedger()
        ledger.webhook(10, answer: 500)
        ledger.callback(.success, (10, 202))
        ledger.webhook(attempt: 2, 10.3)
        ledger.record("success", end: 10)
        #expect(ledger.violations == [.deliveredAfterEnd])
        ledger.fault(.kill(["courierd.1"]), 10, 10)
        #expect(ledger.violations == [.deliveredAfterEnd])
        ledger.fault(.lockStore, 9, 10)
        #expect(ledger.violations.isEmpty && ledger.excuses == [.endNotYetRecorded: 1])
        ledger.facts.disturbances = []
        ledger.fault(.lockStore, 4, 4.9)
        #expect(ledger.violations == [.deliveredAfterEnd])
        ledger.facts.webhooks[1].at = ledger.at(10.25)
        #expect(ledger.violations.isEmpty)
    }

    @Test func `finds a webhook that is repeated after the end, whatever made it uncertain`() {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.success, (10.5, 202))
        ledger.record("success", end: 10.5)
        ledger.webhook(12)
        ledger.fault(.kill(["courierd.1"]), 10, 10)
        #expect(ledger.violations == [.repeatedAfterEnd] && ledger.excuses == [.neededRepeat: 1])
    }

    @Test(arguments: [(11.9, [.overlap]), (12.1, [])] as [(Double, [Violation.Kind])])
    func `finds exclusive runs that overlap`(begin: Double, kinds: [Violation.Kind]) {
        for isExclusive in [true, false] {
            var ledger = SmallLedger { $0.isExclusive = isExclusive }
            ledger.webhook(of: "a", 10)
            ledger.callback(of: "a", .success, (12, 202))
            ledger.record(of: "a", "success", end: 12)
            ledger.webhook(of: "b", begin)
            ledger.callback(of: "b", .success, (13, 202))
            ledger.record(of: "b", due: 20, "success", end: 13)
            #expect(ledger.violations == (isExclusive ? kinds : []))
        }
    }
}
