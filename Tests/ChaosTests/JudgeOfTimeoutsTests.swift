import Chaos
import Messaging
import Testing

/// A timeout is true only after a silence of two intervals (2 s each), or a time of the ttl (20 s).
@Suite struct `The judge of timeouts` {
    @Test(arguments: [(14.0, []), (13.9, [.falseHeartbeatTimeout])] as [(Double, [Violation.Kind])])
    func `counts silence from the acceptance`(end: Double, kinds: [Violation.Kind]) {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.record("fail", "heartbeat", end: end)
        #expect(ledger.violations == kinds)
    }

    @Test(arguments: [(16.0, []), (15.9, [.falseHeartbeatTimeout])] as [(Double, [Violation.Kind])])
    func `counts silence from the latest heartbeat that was answered 202`(end: Double, kinds: [Violation.Kind]) {
        var ledger = SmallLedger()
        ledger.webhook(10)
        ledger.callback(.processing, (12, 202))
        ledger.record("fail", "heartbeat", end: end)
        #expect(ledger.violations == kinds)
    }

    @Test(arguments: [503, 0])
    func `finds a timeout of a service that could not call back`(answer: Int) {
        var ledger = SmallLedger()
        ledger.fault(.alarmBroker, 10, 20)
        ledger.webhook(10)
        ledger.callback(.processing, (12, 202))
        ledger.callback(.processing, (14, answer), (15.5, answer), (17, answer))
        ledger.record("fail", "heartbeat", end: 17.5)
        #expect(ledger.violations == [.timeoutOfOutage])
    }

    @Test func `lets tries come too late after a silence that was long enough by itself`() {
        var ledger = SmallLedger()
        ledger.fault(.alarmBroker, 10, 20)
        ledger.webhook(10)
        ledger.callback(.processing, (14.1, 503), (15, 503))
        ledger.record("fail", "heartbeat", end: 15)
        #expect(ledger.violations.isEmpty)
    }

    @Test func `counts no try that reached nobody while another endpoint was there`() {
        var ledger = SmallLedger()
        ledger.fault(.alarmBroker, 10, 20)
        ledger.webhook(10)
        ledger.callback(.processing, (12, 202))
        ledger.callback(.processing, (13.9, 0), (14, 503))
        ledger.facts.callbacks[1].tries[1].endpoint = "ingesterd.2"
        ledger.fault(.freeze(["ingesterd.1"]), 13, 20)
        ledger.record("fail", "heartbeat", end: 17.85)
        #expect(ledger.violations == [.timeoutOfOutage])
        ledger.facts.callbacks[1].tries[1].at = ledger.at(13.8)
        #expect(ledger.violations.isEmpty)
        ledger.fault(.kill(["ingesterd.2"]), 13, 14)
        #expect(ledger.violations == [.timeoutOfOutage])
    }

    @Test func `finds a heartbeat timeout without a delivery`() {
        var ledger = SmallLedger()
        ledger.record("fail", "heartbeat", end: 40)
        #expect(ledger.violations == [.falseHeartbeatTimeout])
    }

    @Test(arguments: [(32.0, []), (31.9, [.earlyTTL])] as [(Double, [Violation.Kind])])
    func `counts the ttl from the first acceptance`(end: Double, kinds: [Violation.Kind]) {
        var ledger = SmallLedger()
        ledger.webhook(10, answer: 503)
        ledger.webhook(attempt: 2, 12)
        ledger.record("fail", "ttl", end: end)
        #expect(ledger.violations == kinds)
    }

    @Test func `finds a run that ended before its service could accept it, unless the delivery was purged`() {
        var ledger = SmallLedger()
        ledger.record("fail", "ttl", end: 29.9)
        #expect(ledger.violations == [.earlyTTL])
        ledger.facts.runs[0].finishedAt = ledger.at(30)
        #expect(ledger.violations == [.undelivered])
        ledger.fault(.purge(.courierDeliveries), 10, 10.1)
        #expect(ledger.violations.isEmpty && ledger.excuses == [.purgedDelivery: 1])
    }

    @Test func `lets no purge explain that a long run was not delivered`() {
        var ledger = SmallLedger { $0.ttlSeconds = 120 }
        ledger.record("fail", "ttl", end: 130)
        ledger.fault(.purge(.courierDeliveries), 10, 10.1)
        #expect(ledger.violations == [.undelivered])
    }
}
